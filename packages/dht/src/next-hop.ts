import { type NodeId, type OverlayKey, visitedMark } from "@starling/protocol";
import type { Context } from "./context.ts";
import { type Hop, isExact } from "./hop-memory.ts";
import { LearnedWays } from "./learned-ways.ts";
import { SIDEWAYS_HOPS } from "./limits.ts";
import type { Link } from "./link.ts";
import { compareDistance } from "./xor.ts";

/** Whither a request goes from here: greedily towards its target, never where it was. */
export class NextHop {
  readonly #ctx: Context;
  readonly #learned = new LearnedWays();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** A message of this node came by this neighbour, which is a way back to it. */
  learn(source: NodeId, by: NodeId): void {
    this.#learned.learn(source, by);
  }

  /** Whether the request need go no further: it is for us, or nobody linked is nearer its target. */
  isDestination({ frame, from }: Hop): boolean {
    const { self, full, table } = this.#ctx;
    if (frame.target === self.id) return true;
    if (isExact(frame) || !full || this.#direct(frame.target) !== null) return false;
    for (const link of table.full()) {
      const back = link.id === from || link.id === frame.source;
      if (!back && compareDistance(frame.target, link.id, self.id) < 0) return false;
    }
    return true;
  }

  /** Whether this node may answer because whoever is nearer cannot be reached from here. */
  mayServe({ frame, from }: Hop): boolean {
    return from !== null && this.#ctx.full && !isExact(frame);
  }

  /** The best neighbour that is left; null if none is. */
  best(hop: Hop): Link | null {
    const { self, full } = this.#ctx;
    const { frame, from, visited, tried } = hop;
    const exact = isExact(frame);
    const direct = this.#direct(frame.target);
    if (direct !== null && direct.id !== from && !tried.has(direct.id)) return direct;
    const via = this.#via(hop);
    if (via !== null) return via;
    const best = this.#nearestUntried(hop);
    if (best === null || compareDistance(frame.target, best.id, self.id) < 0) return best;
    // An exact request, or one of a leaf, may begin by going away from its target: young networks are chains.
    const maySideways = from === null || (visited.length <= SIDEWAYS_HOPS && (exact || !full));
    return maySideways ? best : null;
  }

  #via({ own, tried }: Hop): Link | null {
    if (own === null || own.via === null || tried.has(own.via)) return null;
    return this.#ctx.table.get(own.via) ?? null;
  }

  #nearestUntried({ frame, from, visited, tried }: Hop): Link | null {
    let best: Link | null = null;
    for (const link of this.#ctx.table.routable()) {
      if (link.id === from || link.id === frame.source || tried.has(link.id)) continue;
      if (best !== null && compareDistance(frame.target, best.id, link.id) <= 0) continue;
      if (!visited.includes(visitedMark(link.id))) best = link;
    }
    return best;
  }

  /** The neighbour of that id, or for a node that wrote of late the one by which its message came: it may have no other. */
  #direct(target: OverlayKey): Link | null {
    const { table } = this.#ctx;
    const id = target as NodeId;
    const by = table.get(id) === undefined ? this.#learned.by(id) : id;
    return (by === null ? undefined : table.get(by)) ?? null;
  }
}
