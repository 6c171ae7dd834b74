import { getBit } from "@starling/protocol";
import type { BegunPiece } from "./begun-piece.ts";
import type { Context } from "./context.ts";
import { blockKey } from "./limits.ts";
import type { NextBlock } from "./next-block.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/** Begun pieces, and blocks asked for in them, looked at per call. */
const SCAN_PIECES = 16;
const SCAN_BLOCKS = 32;
/** A second peer must be expected to finish this many times sooner. */
const SOONER = 1.5;
/** Ms that a block is expected to take from a peer that sent none yet. */
const UNKNOWN_RESPONSE = 500;

/**
 * Nothing is left to begin: a block that another peer is slow with, at most once more, as long as the share's
 * duplicates stay within their bound (at least one block, so that a small share can finish too).
 */
export function endgameBlock(ctx: Context, peer: PeerState): NextBlock | null {
  const { share } = peer;
  if (!inEndgame(share)) return null;
  if (!mayDuplicate(ctx, peer, 1)) return null;
  const budget = { pieces: SCAN_PIECES, blocks: SCAN_BLOCKS };
  for (const begun of share.begun.values()) {
    if (budget.pieces-- <= 0 || budget.blocks <= 0) break;
    if (begun.verifying || begun.exclusive || !getBit(peer.bits, begun.index)) continue;
    const second = secondBlock(ctx, peer, begun, budget);
    if (second !== null) return second;
  }
  return null;
}

/** Whether every missing piece is begun. */
export function inEndgame({ content, begun }: ShareState): boolean {
  return content !== null && content.picker.size === 0 && begun.size > 0;
}

/**
 * A block of the piece that was asked of one peer and should come sooner from this one; it counts as a duplicate.
 *
 * @param budget blocks to look at.
 * @param counts whether a block is worth it that its peer needs so many ms more for.
 */
export function secondBlock(
  ctx: Context,
  peer: PeerState,
  begun: BegunPiece,
  budget: { blocks: number },
  counts: (left: number) => boolean = () => true,
): NextBlock | null {
  const ours = expectedWait(peer) + 1;
  for (let block = 0; block < begun.blocks && budget.blocks > 0; block++) {
    if (begun.received(block) || begun.askedOf(block) !== 1) continue;
    budget.blocks--;
    const length = begun.lengthOf(block);
    const key = blockKey(begun.index, begun.offsetOf(block));
    if (peer.outstanding.has(key) || !mayDuplicate(ctx, peer, length)) continue;
    const left = remaining(ctx, begun, peer, key);
    if (left <= SOONER * ours || !counts(left)) continue;
    peer.share.duplicateBytes += length;
    return { begun, block };
  }
  return null;
}

/** Whether so many bytes more may be asked for a second time. One block always may, so that a small share can finish too. */
function mayDuplicate(ctx: Context, { share }: PeerState, length: number): boolean {
  if (share.duplicateBytes === 0) return true;
  return share.duplicateBytes + length <= share.down.total * ctx.limits.duplicateShare;
}

/** Ms until the peer that was asked should be done with the block, seen from what it has shown so far. */
function remaining(ctx: Context, begun: BegunPiece, peer: PeerState, key: number): number {
  for (const other of peer.share.peers.values()) {
    const entry = other.outstanding.get(key);
    if (entry === undefined || !entry.live || entry.begun !== begun) continue;
    const waited = ctx.now - entry.at;
    const expected = expectedWait(other);
    // Overdue: the longer it has waited, the longer it will take.
    return Math.max(expected - waited, waited - expected, 0);
  }
  return 0;
}

/** Ms that a block asked of this peer now should take. */
export function expectedWait(peer: PeerState): number {
  const rate = peer.window.rate;
  if (rate === 0) return peer.window.expected || UNKNOWN_RESPONSE;
  return Math.max(peer.window.expected, (peer.outstandingBytes / rate) * 1000);
}
