import type { Importance } from "@starling/connect";
import type { NodeId } from "@starling/protocol";

const RANKS: readonly Importance[] = ["optional", "needed", "transfer"];

/** Counts who wants a link to whom: one link serves the overlay and every share that two browsers have in common. */
export class Wishes {
  readonly #reasons = new Map<NodeId, Map<string, Importance>>();

  /** The importance of the link, if this wish is the first for the peer or changed it; else null. */
  add(peer: NodeId, why: string, importance: Importance): Importance | null {
    const before = this.#importance(peer);
    const reasons = this.#reasons.get(peer) ?? new Map<string, Importance>();
    this.#reasons.set(peer, reasons.set(why, importance));
    const after = this.#importance(peer);
    return after === before ? null : after;
  }

  /** `none` if this was the last wish for the peer; the importance of the link if it changed; else null. */
  delete(peer: NodeId, why: string): Importance | "none" | null {
    const before = this.#importance(peer);
    const reasons = this.#reasons.get(peer);
    if (!reasons?.delete(why)) return null;
    if (reasons.size === 0) this.#reasons.delete(peer);
    const after = this.#importance(peer) ?? "none";
    return after === before ? null : after;
  }

  /** Whether something other than the overlay wants this link. */
  has(peer: NodeId, importance: Importance): boolean {
    return this.#importance(peer) === importance;
  }

  #importance(peer: NodeId): Importance | null {
    let rank = -1;
    for (const importance of this.#reasons.get(peer)?.values() ?? []) rank = Math.max(rank, RANKS.indexOf(importance));
    return RANKS[rank] ?? null;
  }
}
