import type { NodeId, OverlayAnswer, OverlayFrame, OverlayRequest } from "@starling/protocol";
import { NODES_REPLY } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Messages } from "./messages.ts";
import type { Records } from "./records/records.ts";
import { closest } from "./xor.ts";

/** A request that came to this node: its header, who handed it over (this node for its own), and how to answer it. */
export interface Served {
  readonly frame: Pick<OverlayFrame, "id" | "target" | "source">;
  readonly from: NodeId;
  readonly request: OverlayRequest | null;
  /** At most once, at once or later. */
  readonly answer: (answer: OverlayAnswer) => void;
}

/** Answers requests that have arrived where they were meant for, by whichever way. */
export class Serving {
  readonly #ctx: Context;
  readonly #messages: Messages;
  readonly #records: () => Records;
  /** Connection messages taken of late, by id: a second way may bring one again. */
  readonly #carried = new Set<string>();

  constructor(ctx: Context, messages: Messages, records: () => Records) {
    this.#ctx = ctx;
    this.#messages = messages;
    this.#records = records;
  }

  serve(served: Served): void {
    const { request, answer } = served;
    switch (request?.kind) {
      case "find-node":
        return answer(this.#nodes(served));
      case "carry":
        return answer(this.#carry(served, request.body));
      case "message":
        return this.#messages.receive(request.message, served.from, served.frame.source, answer);
      case "record":
        return this.#record(served, request.body);
      default:
        return answer({ kind: "failed", reason: "unwilling" });
    }
  }

  #nodes({ frame }: Served): OverlayAnswer {
    const { self, table, full } = this.#ctx;
    const others = table.full().filter((link) => link.id !== frame.source);
    const nodes = closest(frame.target, others, NODES_REPLY, (link) => link.id);
    return {
      kind: "nodes",
      self,
      full,
      nodes: nodes.map(({ id, publicKey, handle }) => ({ id, publicKey, handle })),
    };
  }

  #carry({ frame }: Served, body: Uint8Array): OverlayAnswer {
    if (frame.target !== this.#ctx.self.id) return { kind: "failed", reason: "not-here" };
    if (!this.#carried.has(frame.id)) {
      this.#carried.add(frame.id);
      if (this.#carried.size > REMEMBERED_CARRIES) {
        const [oldest] = this.#carried;
        if (oldest !== undefined) this.#carried.delete(oldest);
      }
      this.#ctx.emit({ type: "carried", from: frame.source, body });
    }
    return { kind: "carried" };
  }

  #record({ frame, from, answer }: Served, body: Uint8Array): void {
    this.#records().question(frame.source, from, body, (reply) => {
      answer({ kind: "record-answer", from: this.#ctx.self.id, body: reply });
    });
  }
}

const REMEMBERED_CARRIES = 256;
