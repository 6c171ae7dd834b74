import type { NodeId } from "@starling/protocol";

/** Counts who wants a link to whom: one link serves every share that two browsers have in common. */
export class Wishes {
  readonly #reasons = new Map<NodeId, Set<string>>();

  /** Whether this is the first wish for the peer. */
  add(peer: NodeId, why: string): boolean {
    const reasons = this.#reasons.get(peer);
    reasons?.add(why);
    if (!reasons) this.#reasons.set(peer, new Set([why]));
    return reasons === undefined;
  }

  /** Whether this was the last wish for the peer. */
  delete(peer: NodeId, why: string): boolean {
    const reasons = this.#reasons.get(peer);
    if (!reasons?.delete(why) || reasons.size > 0) return false;
    this.#reasons.delete(peer);
    return true;
  }
}
