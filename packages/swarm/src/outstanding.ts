import type { BlockRange } from "@starling/protocol";
import { takeAnnounced } from "./announced-catalog.ts";
import { type BegunPiece, dropBegun } from "./begun-piece.ts";
import type { Context } from "./context.ts";
import { blockKey } from "./limits.ts";
import type { NextBlock } from "./next-block.ts";
import type { PeerState } from "./peer-state.ts";

/** A block asked of a peer. It stays listed until its block or reject, whatever became of it meanwhile. */
export interface Outstanding {
  readonly begun: BegunPiece;
  readonly block: number;
  readonly length: number;
  readonly at: number;
  /** False once it is cancelled or timed out: the block may still come, but nobody counts on it. */
  live: boolean;
  /** It was cancelled: until its block or reject comes, it still fills the path. */
  cancelled: boolean;
  /** It comes without a request (announced-catalog.ts). */
  readonly announced: boolean;
}

/** Counts on a block from now on. Null: the peer announced it, so that it need not be requested. */
export function ask(ctx: Context, peer: PeerState, { begun, block }: NextBlock): BlockRange | null {
  const offset = begun.offsetOf(block);
  const length = begun.lengthOf(block);
  const range: BlockRange = [begun.index, offset, length];
  const announced = takeAnnounced(peer, range);
  begun.ask(block);
  if (begun.free === 0) peer.share.open.delete(begun);
  peer.outstanding.set(blockKey(begun.index, offset), {
    begun,
    block,
    length,
    at: ctx.now,
    live: true,
    cancelled: false,
    announced,
  });
  peer.outstandingBytes += length;
  peer.outstandingCount++;
  ctx.outstandingBytes += length;
  ctx.speed.down.take(length);
  peer.share.speed.down.take(length);
  return announced ? null : range;
}

/** A request ended: with its block, a reject, or the link. Gives the block back to others if it did not arrive. */
export function settle(ctx: Context, peer: PeerState, key: number, entry: Outstanding): void {
  peer.outstanding.delete(key);
  if (entry.cancelled) peer.cancelledBytes -= entry.length;
  retire(ctx, peer, entry);
}

/**
 * The block is not needed any more; the caller tells the peer. What the peer has handed to its channel comes all the same,
 * so it keeps its place in the window: asking at once for as much again would overfill the bottleneck's queue.
 */
export function cancelRequest(ctx: Context, peer: PeerState, entry: Outstanding): void {
  if (!entry.live) return;
  retire(ctx, peer, entry);
  entry.cancelled = true;
  peer.cancelledBytes += entry.length;
}

/** Nobody counts on this request any more; it stays listed. */
export function retire(ctx: Context, peer: PeerState, entry: Outstanding): void {
  if (!entry.live) return;
  entry.live = false;
  peer.outstandingBytes -= entry.length;
  peer.outstandingCount--;
  ctx.outstandingBytes -= entry.length;
  const { begun, block } = entry;
  if (begun.dropped || begun.received(block)) return;
  begun.unask(block);
  if (begun.free > 0) peer.share.open.add(begun);
}

/** The peer is gone: all its requests go back, and its pieces to whoever has room. */
export function releaseRequests(ctx: Context, peer: PeerState): void {
  for (const entry of peer.outstanding.values()) retire(ctx, peer, entry);
  for (const begun of orphanPieces(ctx, peer)) if (begun.missing === begun.blocks) dropBegun(ctx, peer.share, begun);
}

/** Gives a peer's pieces to whoever has room; one in dispute begins anew. Blocks that come late still find the others. */
export function orphanPieces(ctx: Context, peer: PeerState): BegunPiece[] {
  const orphans: BegunPiece[] = [];
  peer.current = null;
  for (const begun of [...peer.share.begun.values()]) {
    if (begun.owner !== peer || begun.verifying) continue;
    begun.owner = null;
    if (begun.exclusive) dropBegun(ctx, peer.share, begun);
    else orphans.push(begun);
  }
  return orphans;
}

/** The peer will not send the rest of this piece: whoever has it may begin or take it over. */
export function leavePiece(ctx: Context, peer: PeerState, begun: BegunPiece): void {
  if (begun.owner !== peer || begun.verifying || begun.dropped) return;
  if (peer.current === begun) peer.current = null;
  if (begun.exclusive || begun.untouched) dropBegun(ctx, peer.share, begun);
  else begun.owner = null;
}
