import { OVERLAY, OVERLAY_TTL, type OverlayFrame } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Hop, HopMemory } from "./hop-memory.ts";
import type { Link } from "./link.ts";

/** What goes back over the hop that a request came by: acks at once, and its reply. */
export class WayBack {
  readonly #ctx: Context;
  readonly #memory: HopMemory;

  constructor(ctx: Context, memory: HopMemory) {
    this.#ctx = ctx;
    this.#memory = memory;
  }

  /** @param taken false: the neighbour is to try another. */
  ack(link: Link, id: string, taken: boolean): void {
    this.#ctx.tell(link, { type: "ack", taken }, id);
  }

  /** A repeat from the same neighbour wants its ack, and the answer if it is there; from another, it has run in a circle. */
  repeated(link: Link, frame: OverlayFrame, hop: Hop): void {
    this.ack(link, frame.id, hop.from === link.id);
    if (hop.from === link.id && hop.reply !== null) this.#reply(link, frame, hop.reply);
  }

  /** This node answers the request, once. @param body of the reply. */
  answer(hop: Hop, body: Uint8Array): void {
    if (hop.reply !== null) return;
    hop.reply = body;
    const link = this.#linkBack(hop);
    if (link !== undefined) this.#reply(link, hop.frame, body);
  }

  /** Another node answered a request that was passed on here. */
  pass(hop: Hop, frame: OverlayFrame): void {
    this.#memory.rest(hop);
    hop.reply = frame.body;
    const link = this.#linkBack(hop);
    if (link !== undefined && frame.ttl > 1) this.#ctx.send(link, { ...frame, ttl: frame.ttl - 1 });
  }

  #linkBack({ from }: Hop): Link | undefined {
    return from === null ? undefined : this.#ctx.table.get(from);
  }

  #reply(link: Link, { id, source: target }: OverlayFrame, body: Uint8Array): void {
    const source = this.#ctx.self.id;
    this.#ctx.send(link, { type: OVERLAY.reply, flags: 0, ttl: OVERLAY_TTL, id, target, source, body });
  }
}
