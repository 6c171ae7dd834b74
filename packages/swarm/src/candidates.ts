import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { ShareState } from "./share-state.ts";

interface Candidate {
  /** We asked for a link. */
  wanted: boolean;
  /** When the link was asked for or lost. */
  since: number;
  /** Not tried again before. */
  notBefore: number;
  /** It did not come up, refused, or left us waiting. */
  failed: boolean;
}

/** Peers that may have a share: told by `providers`, peer exchange and former joins. Bounded; the oldest idle goes first. */
export class Candidates {
  readonly #known = new Map<NodeId, Candidate>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Whether some candidate has not failed yet. */
  get anyUntried(): boolean {
    for (const candidate of this.#known.values()) if (!candidate.failed) return true;
    return false;
  }

  has(id: NodeId): boolean {
    return this.#known.has(id);
  }

  isWanted(id: NodeId): boolean {
    return this.#known.get(id)?.wanted ?? false;
  }

  add(id: NodeId): void {
    if (this.#known.has(id)) return;
    if (this.#known.size >= this.#limit && !this.#evict()) return;
    this.#known.set(id, { wanted: false, since: 0, notBefore: 0, failed: false });
  }

  delete(id: NodeId): void {
    this.#known.delete(id);
  }

  /** The candidate failed us; it is not tried before `until`, and after all others: the dead must not take all turns. */
  defer(id: NodeId, until: number): void {
    const candidate = this.#known.get(id);
    if (candidate === undefined) return;
    candidate.failed = true;
    candidate.notBefore = until;
    this.#known.delete(id);
    this.#known.set(id, candidate);
  }

  /** The candidate does not come up: still tried, but nothing to hope for. */
  doubt(id: NodeId): void {
    const candidate = this.#known.get(id);
    if (candidate !== undefined) candidate.failed = true;
  }

  /** A new start: all may be tried at once. */
  forgive(): void {
    for (const candidate of this.#known.values()) {
      candidate.failed = false;
      candidate.notBefore = 0;
    }
  }

  /** The candidate works: forget its failures. */
  joined(id: NodeId): void {
    const candidate = this.#known.get(id);
    if (candidate !== undefined) candidate.failed = false;
  }

  touch(id: NodeId, now: number): void {
    const candidate = this.#known.get(id);
    if (candidate !== undefined) candidate.since = now;
  }

  setWanted(id: NodeId, wanted: boolean, now: number): void {
    const candidate = this.#known.get(id);
    if (candidate === undefined) return;
    candidate.wanted = wanted;
    candidate.since = now;
  }

  entries(): Iterable<readonly [NodeId, Readonly<Candidate>]> {
    return this.#known.entries();
  }

  #evict(): boolean {
    for (const [id, candidate] of this.#known) {
      if (candidate.wanted) continue;
      this.#known.delete(id);
      return true;
    }
    return false;
  }
}

/** We need a link to this peer no longer. */
export function release(ctx: Context, share: ShareState, id: NodeId): void {
  if (!share.candidates.isWanted(id)) return;
  share.candidates.setWanted(id, false, ctx.now);
  ctx.emit({ type: "release-link", peer: id, root: share.root });
}

export function releaseAll(ctx: Context, share: ShareState): void {
  for (const [id] of share.candidates.entries()) release(ctx, share, id);
}

/** Gives up links that did not come up when others wait for their place; a complete share lets go of peers that want nothing from it. */
export function tidyLinks(ctx: Context, share: ShareState): void {
  const crowded = othersWait(ctx, share);
  for (const [id, candidate] of share.candidates.entries()) {
    if (!candidate.wanted) continue;
    const peer = share.peers.get(id);
    const idle = !share.incomplete && !(peer?.peerInterested ?? false);
    const absent = !ctx.links.has(id) && ctx.now - candidate.since > ctx.limits.dialTimeout;
    if (absent) share.candidates.doubt(id);
    const lost = crowded && absent;
    if (lost) share.candidates.defer(id, ctx.now + ctx.limits.dialTimeout);
    if (idle || lost) release(ctx, share, id);
  }
}

/** Whether some candidate could take the place of one that does not come up. */
function othersWait(ctx: Context, share: ShareState): boolean {
  for (const [id, candidate] of share.candidates.entries()) {
    if (!candidate.wanted && candidate.notBefore <= ctx.now && !share.peers.has(id)) return true;
  }
  return false;
}
