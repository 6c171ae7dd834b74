import { getBit } from "@starling/protocol";
import { BegunPiece, dropBegun } from "./begun-piece.ts";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import { earlyPiece, leavesUrgent, urgentBlock, yieldsToReaders } from "./deadlines.ts";
import { endgameBlock } from "./endgame.ts";
import { blockKey } from "./limits.ts";
import type { PeerState } from "./peer-state.ts";

/** Begun pieces looked at for a block that another peer left; bounds the work of one request. */
const OPEN_SCAN = 64;
/** Pieces that a peer begins at random before rarest first (Cohen 2003). */
const RANDOM_FIRST = 4;

/**
 * A block takes at most about this part of a second: what one takes is lost to whoever waits behind it, and delays cannot
 * be measured finer. But each message costs both browsers the same, whatever its length, and where the path is short that
 * is all that counts (decision 0015).
 */
const BLOCK_TIME = 1 / 32;
const NEAR_BLOCK_TIME = 1 / 8;

/** A block to ask for. */
export interface NextBlock {
  readonly begun: BegunPiece;
  readonly block: number;
}

/**
 * What readers need first. Then pieces already begun before new ones; then other peers' blocks; then, in the endgame,
 * blocks asked of others.
 */
export function nextBlock(ctx: Context, peer: PeerState): NextBlock | null {
  if (peer.share.urgent.length > 0) {
    const urgent = urgentBlock(ctx, peer, (piece) => blockOf(ctx, peer, piece));
    if (urgent !== null) return urgent;
  }
  if (yieldsToReaders(ctx, peer)) return null;
  const leaves = (begun: BegunPiece): boolean => leavesUrgent(ctx, peer, begun.index);
  return (
    freeBlock(peer, peer.current) ??
    openBlock(peer, (begun) => begun.owner === null && !leaves(begun)) ??
    beginPiece(ctx, peer) ??
    openBlock(peer, (begun) => !begun.exclusive && !leaves(begun)) ??
    endgameBlock(ctx, peer)
  );
}

/** A free block of the piece that is not still listed with this peer. */
function freeBlock(peer: PeerState, begun: BegunPiece | null): NextBlock | null {
  if (begun === null || begun.free === 0 || begun.dropped) return null;
  for (let block = begun.nextFree(0); block >= 0; block = begun.nextFree(block + 1)) {
    if (!peer.outstanding.has(blockKey(begun.index, begun.offsetOf(block)))) return { begun, block };
  }
  return null;
}

/** A free block of a begun piece that this peer has. The peer takes over what nobody owns. */
function openBlock(peer: PeerState, fits: (begun: BegunPiece) => boolean): NextBlock | null {
  let seen = 0;
  for (const begun of peer.share.open) {
    if (++seen > OPEN_SCAN) break;
    if (!fits(begun) || !getBit(peer.bits, begun.index)) continue;
    const next = freeBlock(peer, begun);
    if (next === null) continue;
    if (begun.owner === null) {
      begun.owner = peer;
      peer.current = begun;
    }
    return next;
  }
  return null;
}

/** A free block of this very piece, which is begun if nobody did. */
function blockOf(ctx: Context, peer: PeerState, piece: number): NextBlock | null {
  const { begun, content } = peer.share;
  const known = begun.get(piece);
  if (known !== undefined) return known.exclusive && known.owner !== peer ? null : freeBlock(peer, known);
  return content !== null && !ctx.starved && content.picker.has(piece) ? begin(ctx, peer, content, piece) : null;
}

function beginPiece(ctx: Context, peer: PeerState): NextBlock | null {
  const { share } = peer;
  const content = share.content;
  if (content === null || ctx.starved) return null;
  const anyRarity = share.haveCount + share.begun.size < RANDOM_FIRST;
  const early = earlyPiece(ctx, peer);
  const piece = early >= 0 ? early : content.picker.pick(peer.bits, anyRarity, peer.countedAsSeed, peer.current?.index);
  return piece < 0 || leavesUrgent(ctx, peer, piece) ? null : begin(ctx, peer, content, piece);
}

function begin(ctx: Context, peer: PeerState, content: Content, piece: number): NextBlock | null {
  const { share } = peer;
  const length = content.table.length(piece);
  if (!hasMemory(ctx, length)) {
    ctx.starved = true;
    return null;
  }
  content.picker.remove(piece);
  const begun = new BegunPiece(piece, length, blockBytes(ctx, peer), peer, share.suspect.has(piece));
  share.begun.set(piece, begun);
  share.open.add(begun);
  ctx.begunBytes += length;
  peer.current = begun;
  return freeBlock(peer, begun) ?? openBlock(peer, (other) => !other.exclusive);
}

/** Fast peers send larger blocks. One that has shown no rate yet begins with the smallest. */
function blockBytes({ limits }: Context, peer: PeerState): number {
  const most = peer.window.rate * (peer.link.isNear ? NEAR_BLOCK_TIME : BLOCK_TIME);
  let bytes = limits.blockBytes;
  while (bytes * 2 <= Math.min(limits.largeBlockBytes, most)) bytes *= 2;
  return bytes;
}

/** Whether a piece more may be begun. One always may, whatever its size. */
function hasMemory(ctx: Context, length: number): boolean {
  if (!ctx.cache.roomFor(ctx.begunBytes + length)) return false;
  if (ctx.begunBytes === 0) return true;
  if (ctx.begunBytes + ctx.outstandingBytes + length <= ctx.limits.fetchingBytes) return true;
  return dropOrphan(ctx) && ctx.begunBytes + ctx.outstandingBytes + length <= ctx.limits.fetchingBytes;
}

/** Gives up one begun piece that nobody is sending, so that pieces without a source cannot hold all memory. */
function dropOrphan(ctx: Context): boolean {
  for (const share of ctx.shares.values()) {
    for (const begun of share.open) {
      if (begun.owner !== null || begun.free < begun.missing) continue;
      dropBegun(ctx, share, begun);
      return true;
    }
  }
  return false;
}
