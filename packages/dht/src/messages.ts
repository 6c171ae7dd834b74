import {
  MAX_MESSAGE_BYTES,
  messagePayload,
  type NodeId,
  nodeIdOf,
  type OverlayAnswer,
  type SignedMessage,
  toHex,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import type { DhtFailure } from "./effects.ts";
import type { FastPath } from "./fast-path.ts";
import type { OperationId } from "./inputs.ts";
import { FAST_WAIT, MAX_MESSAGE_IDS, MAX_SENDS, MESSAGE_LIFE, QUERY_WAIT } from "./limits.ts";
import type { Lookups } from "./lookups.ts";
import type { Reached } from "./records/routes.ts";
import type { SourceRoutes } from "./source-routes.ts";

/** Nodes nearest the addressee that are asked in turn when the fast path failed. */
const FALLBACK_NODES = 3;

/** Users' messages to the full node nearest an id: `send`. Signed by their sender, verified by their receiver. */
export class Messages {
  readonly #ctx: Context;
  readonly #ways: () => { readonly fast: FastPath; readonly lookups: Lookups; readonly routes: SourceRoutes };
  /** Of messages taken, the oldest first. */
  readonly #taken = new Set<string>();
  #sending = 0;

  constructor(
    ctx: Context,
    ways: () => { readonly fast: FastPath; readonly lookups: Lookups; readonly routes: SourceRoutes },
  ) {
    this.#ctx = ctx;
    this.#ways = ways;
  }

  send(op: OperationId, to: NodeId, payload: Uint8Array): void {
    const { self, wallMs } = this.#ctx;
    if (payload.length > MAX_MESSAGE_BYTES) return this.#fail(op, "too-large", `at most ${MAX_MESSAGE_BYTES} bytes`);
    if (this.#sending >= MAX_SENDS) return this.#fail(op, "limited", "too many messages under way");
    this.#sending++;
    const id = this.#ctx.messageId();
    const { publicKey } = self;
    const unsigned = { scope: "node" as const, to, publicKey, id, time: wallMs, payload };
    this.#ctx.sign(messagePayload(unsigned), (signature) => this.#signed(op, { ...unsigned, signature }));
  }

  /** A message that came to its receiver. @param source of the frame's header. */
  receive(message: SignedMessage, from: NodeId, source: NodeId, answer: (answer: OverlayAnswer) => void): void {
    const { self } = this.#ctx;
    const sender = nodeIdOf(message.publicKey);
    if (message.scope !== "node" || !this.#isTimely(message.time)) {
      return answer({ kind: "failed", reason: "unwilling" });
    }
    const id = `${toHex(message.publicKey)}${message.id}`;
    if (this.#taken.has(id)) return answer({ kind: "delivered", to: self.id });
    this.#ctx.verify(message.publicKey, messagePayload(message), message.signature, (ok) => {
      if (!ok) {
        // Only who hands over its own message is to blame: a relay does not verify.
        if (from === sender || from === source) this.#ctx.badSignature(from);
        return answer({ kind: "failed", reason: "unwilling" });
      }
      if (this.#remember(id)) {
        this.#ctx.emit({ type: "message", from: sender, to: message.to as NodeId, payload: message.payload });
      }
      answer({ kind: "delivered", to: self.id });
    });
  }

  #isTimely(time: number): boolean {
    const { wallOffset, wallMs } = this.#ctx;
    return wallOffset === null || Math.abs(time - wallMs) <= MESSAGE_LIFE;
  }

  /** False: it was taken before. */
  #remember(id: string): boolean {
    if (this.#taken.has(id)) return false;
    this.#taken.add(id);
    if (this.#taken.size > MAX_MESSAGE_IDS) {
      const [oldest] = this.#taken;
      if (oldest !== undefined) this.#taken.delete(oldest);
    }
    return true;
  }

  #signed(op: OperationId, message: SignedMessage): void {
    const { fast, lookups } = this.#ways();
    const request = { kind: "message" as const, message };
    const sure = () =>
      lookups.start({
        key: message.to,
        count: FALLBACK_NODES,
        done: ({ nodes }) => this.#tryInTurn(op, message, [...nodes]),
      });
    fast.request({
      target: message.to,
      exact: false,
      request,
      waitMs: FAST_WAIT,
      done: (routed) => {
        if (routed?.answer.kind === "delivered") this.#delivered(op, routed.answer.to);
        else sure();
      },
    });
  }

  #tryInTurn(op: OperationId, message: SignedMessage, nodes: Reached[]): void {
    const node = nodes.shift();
    if (node === undefined) return this.#finish(op, "unreachable", "nobody took the message");
    if (node.id === this.#ctx.self.id) {
      return this.receive(message, node.id, node.id, (answer) => this.#tried(op, message, nodes, answer));
    }
    const path = { first: node.first, handles: node.path };
    this.#ways().routes.ask(path, message.to, { kind: "message", message }, QUERY_WAIT, (answer) =>
      this.#tried(op, message, nodes, answer),
    );
  }

  #tried(op: OperationId, message: SignedMessage, rest: Reached[], answer: OverlayAnswer | null): void {
    if (answer?.kind === "delivered") this.#delivered(op, answer.to);
    else this.#tryInTurn(op, message, rest);
  }

  #delivered(op: OperationId, to: NodeId): void {
    this.#sending--;
    this.#ctx.emit({ type: "result", op, ok: true, result: { type: "delivered", to } });
  }

  #finish(op: OperationId, failure: DhtFailure, detail: string): void {
    this.#sending--;
    this.#fail(op, failure, detail);
  }

  #fail(op: OperationId, failure: DhtFailure, detail: string): void {
    this.#ctx.emit({ type: "result", op, ok: false, failure, detail });
  }
}
