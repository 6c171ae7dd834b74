import {
  decodeRecordAnswer,
  decodeReply,
  decodeRoute,
  decodeSourceReply,
  encodeRecordQuestion,
  encodeSourceRoute,
  type Machine,
  type NodeId,
  nodeIdOf,
  OVERLAY,
  OVERLAY_HEADER_BYTES,
  type OverlayFrame,
  type OverlayKey,
  toHex,
} from "@starling/protocol";
import type { OverlayPort, Samples } from "@starling/sim";
import { Dht, type DhtCommand, type DhtEffect, type DhtInput, type DhtResult } from "../src/index.ts";
import { MachineHost } from "./machine-host.ts";

/** Wall-clock time at the world's beginning. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** A command that was given to a host, and what became of it. */
export interface Operation {
  readonly command: DhtCommand;
  readonly begun: number;
  /** Virtual ms; NaN until it ends. */
  took: number;
  result: DhtResult | null;
  failure: string | null;
  /** What `providers` effects named meanwhile. */
  readonly providers: NodeId[];
}

/** What all hosts of one network share: the keys that the connection set-up would prove, and what is measured. */
export interface Shared {
  readonly keys: Map<string, Uint8Array>;
  /** Hops of the fast look-ups that were answered. */
  readonly fastHops: Samples;
}

/** A command without its number. */
export type Command = DhtCommand extends infer Each ? (Each extends DhtCommand ? Omit<Each, "op"> : never) : never;

/**
 * A real `Dht` in a simulated page: its frames go over the world's links, its dials are the world's, its signatures are
 * a hash that stands for them (nobody here forges one).
 */
export class DhtHost extends MachineHost {
  readonly id: NodeId;
  readonly publicKey: Uint8Array;
  readonly operations = new Map<number, Operation>();
  readonly messages: Extract<DhtEffect, { type: "message" | "topic-message" }>[] = [];
  /** Links that the machine ended for a breach of the protocol. */
  readonly drops: { readonly peer: NodeId; readonly reason: string }[] = [];
  saved: Extract<DhtEffect, { type: "save-contacts" }>["contacts"] = [];
  machine: (Dht & Machine<DhtInput, DhtEffect>) | null = null;
  readonly #shared: Shared;
  readonly #queue: DhtInput[] = [];
  readonly #asked = new Set<string>();
  #port: OverlayPort<OverlayFrame> | null = null;
  #busy = false;
  #operations = 0;

  constructor(shared: Shared, publicKey: Uint8Array) {
    super();
    this.#shared = shared;
    this.publicKey = publicKey;
    this.id = nodeIdOf(publicKey);
    shared.keys.set(this.id, publicKey);
  }

  start(port: OverlayPort<OverlayFrame>): void {
    this.#port = port;
    const self = { id: this.id, publicKey: this.publicKey };
    this.machine = new Dht({ self, random: (length) => port.random.bytes(length) });
    const wallMs = Math.floor(EPOCH + port.now);
    this.input({ type: "clock", wallMs, serverMs: wallMs });
  }

  /** Gives the machine an input, and what that causes, in turn. */
  input(input: DhtInput): void {
    this.#queue.push(input);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const effects = this.machine?.handle(next, this.#port?.now ?? 0) ?? [];
      for (const effect of effects) this.#perform(effect);
    }
    this.#busy = false;
  }

  run(command: Command): Operation {
    const op = ++this.#operations;
    const full = { ...command, op } as DhtCommand;
    const begun = this.#port?.now ?? 0;
    const operation: Operation = { command: full, begun, took: Number.NaN, result: null, failure: null, providers: [] };
    this.operations.set(op, operation);
    this.input(full);
    return operation;
  }

  /** Whether it holds an immutable record: what it would tell a stranger whose question came by some link. */
  holds(key: OverlayKey): boolean {
    const [peer] = this.#port?.links() ?? [];
    if (peer === undefined || this.machine === null || this.#port === null) return false;
    const question = encodeRecordQuestion({ type: "get", key, record: "immutable", cursor: null });
    const path = { at: 0, forward: [], back: [] };
    const body = encodeSourceRoute({ path, request: { kind: "record", body: question } });
    const [id, source] = [toHex(this.#port.random.bytes(8)), toHex(this.#port.random.bytes(32)) as NodeId];
    const frame = { type: OVERLAY["source-route"], flags: 0, ttl: 1, id, target: key, source, body };
    const effects = this.machine.handle({ type: "frame", peer: peer as NodeId, frame }, this.#port.now);
    return effects.some((effect) => effect.type === "send" && effect.frame.id === id && hasRecord(effect.frame));
  }

  /** Wants a link as a transfer would: somebody hinted at this peer. */
  dial(peer: string): void {
    this.#port?.want(peer, false);
  }

  receive(peer: string, frame: OverlayFrame): void {
    if (frame.type === OVERLAY.reply && this.#asked.delete(frame.id)) this.#measure(frame.body);
    this.input({ type: "frame", peer: peer as NodeId, frame });
  }

  linkUp(peer: string, dialled: boolean): void {
    const publicKey = this.#shared.keys.get(peer);
    if (publicKey !== undefined) this.input({ type: "link-up", peer: peer as NodeId, publicKey, dialled });
  }

  #measure(body: Uint8Array): void {
    const reply = decodeReply(body);
    if (reply !== null) this.#shared.fastHops.add(reply.hops);
  }

  #perform(effect: DhtEffect): void {
    const port = this.#port;
    if (port === null) return;
    switch (effect.type) {
      case "send":
        return this.#send(port, effect.peer, effect.frame);
      case "want-link":
        return port.want(effect.peer, effect.importance === "optional");
      case "release-link":
        return port.release(effect.peer);
      case "drop":
        this.drops.push(effect);
        return port.drop(effect.peer, effect.ban);
      case "sign":
        this.#queue.push({ type: "signed", token: effect.token, signature: sealOf(this.publicKey, effect.payload) });
        return;
      case "verify": {
        const expected = sealOf(effect.publicKey, effect.payload);
        const ok = expected.length === effect.signature.length && expected.every((b, i) => b === effect.signature[i]);
        this.#queue.push({ type: "verified", token: effect.token, ok });
        return;
      }
      case "ask-server":
        return port.askServer(effect.near);
      case "server-needed":
        return port.serverNeeded(effect.needed);
      case "save-contacts":
        this.saved = effect.contacts;
        return;
      case "save-numbers":
        return;
      case "carried":
        return port.carried(effect.from, effect.body);
      case "uncarried":
        return port.uncarried(effect.to);
      case "providers":
        this.operations.get(effect.op)?.providers.push(...effect.peers);
        return;
      case "result":
        return this.#ended(effect, port.now);
      default:
        this.messages.push(effect);
    }
  }

  #send(port: OverlayPort<OverlayFrame>, peer: NodeId, frame: OverlayFrame): void {
    if (isOwnQuestion(frame, this.id)) this.#asked.add(frame.id);
    port.send(peer, frame, OVERLAY_HEADER_BYTES + frame.body.length);
  }

  #ended(effect: Extract<DhtEffect, { type: "result" }>, now: number): void {
    const operation = this.operations.get(effect.op);
    if (operation === undefined) return;
    if (!Number.isNaN(operation.took)) throw new Error(`operation ${effect.op} ended twice`);
    operation.took = now - operation.begun;
    if (effect.ok) operation.result = effect.result;
    else operation.failure = `${effect.failure}: ${effect.detail}`;
  }
}

/** A question about a record that begins here: its hops are those of a look-up, not of a dial. */
function isOwnQuestion({ type, source, body }: OverlayFrame, self: NodeId): boolean {
  return type === OVERLAY.route && source === self && decodeRoute(body)?.request?.kind === "record";
}

function hasRecord({ body }: OverlayFrame): boolean {
  const answer = decodeSourceReply(body)?.answer;
  const records = answer?.kind === "record-answer" ? decodeRecordAnswer(answer.body) : null;
  return records?.type === "records" && records.records.length > 0;
}

/** Stands for a signature: 64 bytes that depend on key and payload (FNV-1a), at a thousandth of Ed25519's price. */
function sealOf(publicKey: Uint8Array, payload: Uint8Array): Uint8Array {
  let hash = 0x811c9dc5;
  for (const byte of publicKey) hash = Math.imul(hash ^ byte, 0x01000193);
  for (const byte of payload) hash = Math.imul(hash ^ byte, 0x01000193);
  const seal = new Uint8Array(64);
  new DataView(seal.buffer).setUint32(0, hash);
  return seal;
}
