import { type BlockRange, MAX_REQUEST_BLOCKS } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";

/**
 * The queues of what peers ask of us. Every request stands in exactly one of a peer's `kept`, `uploads`, `parked` and `ready`
 * until it leaves as a block or a reject; a link's `aheadBytes` counts those in `parked` and `ready`.
 */

/** Those served next first. */
export function queuesOf({ ready, parked, uploads, kept }: PeerState): readonly Map<number, BlockRange>[] {
  return [ready, parked, uploads, kept];
}

export function isQueued(peer: PeerState, key: number): boolean {
  return queuesOf(peer).some((queue) => queue.has(key));
}

export function keep(ctx: Context, peer: PeerState, key: number, range: BlockRange): void {
  if (peer.kept.size === 0) peer.keptSince = ctx.now;
  peer.kept.set(key, range);
}

/** Takes a request out of whichever queue holds it. */
export function take(peer: PeerState, key: number): BlockRange | null {
  for (const queue of [peer.uploads, peer.kept]) {
    const queued = queue.get(key);
    if (queued === undefined) continue;
    queue.delete(key);
    return queued;
  }
  const ahead = peer.ready.get(key) ?? peer.parked.get(key);
  if (ahead === undefined) return null;
  peer.ready.delete(key);
  peer.parked.delete(key);
  peer.link.aheadBytes -= ahead[2];
  return ahead;
}

/** Rejects everything queued; after a choke. */
export function rejectAll(ctx: Context, peer: PeerState): void {
  rejectWhere(ctx, peer, () => true);
}

/** Rejects what is queued of some pieces; after they were withdrawn. */
export function rejectWhere(ctx: Context, peer: PeerState, matches: (piece: number) => boolean): void {
  const dropped: BlockRange[] = [];
  for (const queue of queuesOf(peer)) {
    for (const [key, range] of queue) if (matches(range[0]) && take(peer, key) !== null) dropped.push(range);
  }
  reject(ctx, peer, dropped);
}

/** Says that these blocks will not come. */
export function reject(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  for (let i = 0; i < blocks.length; i += MAX_REQUEST_BLOCKS) {
    const part = blocks.slice(i, i + MAX_REQUEST_BLOCKS);
    ctx.send(peer, { type: "reject", share: peer.localNumber, blocks: part });
  }
}

/** The peer left: nothing is owed to it. */
export function forgetUploads(ctx: Context, peer: PeerState): void {
  for (const queue of queuesOf(peer)) for (const key of [...queue.keys()]) take(peer, key);
  for (const loading of ctx.loading.values()) loading.peers.delete(peer);
  peer.manifestOffsets = [];
  ctx.governor.forget(peer.flow);
}
