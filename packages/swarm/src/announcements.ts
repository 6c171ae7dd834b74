import { getBit, MAX_PIECE_RANGES, type PieceRange, type PieceSet, pieceSets } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/**
 * After a `have`, further ones to the same peer wait this many ms for company, or for so many pieces: each message costs
 * both browsers as much as 10 KiB of blocks (measured: four receivers of 64 KiB pieces sent 12,000 of them for 64 MB).
 */
const TELL_GAP = 100;
const TELL_BATCH = 8;
/**
 * None waits while fewer bytes came in this second and the last: over slow lines messages are few, and others, a sole seed
 * above all, go on with what is told (simulated, 1 to 5 at 8 Mbit/s: 10.5 s instead of 10.7).
 */
const HURRIED_BELOW = 4_000_000;

/** Tells a peer that just joined, or all once the manifest is known, what we have; an empty set says that we have the manifest. */
export function sendHaveSet(ctx: Context, peer: PeerState): void {
  const content = peer.share.content;
  if (content === null || !peer.joined) return;
  const sets = pieceSets(content.have, content.table.count);
  if (sets.length === 0) sets.push({ ranges: [] });
  for (const pieces of sets) ctx.send(peer, { type: "have", share: peer.localNumber, pieces });
}

/**
 * Tells joined peers of the pieces that became verified in this call: at once, or together with the next ones. A peer that
 * has everything wants none of them: it is told at the next tick, unless messages are few.
 */
export function flushAnnouncements(ctx: Context, share: ShareState): void {
  if (share.announce.length === 0) return;
  const gained = share.announce;
  share.announce = [];
  const hurried = share.down.recent(2, ctx.now) < HURRIED_BELOW;
  for (const peer of share.peers.values()) {
    if (!peer.joined) continue;
    for (const piece of gained) peer.untold.push(piece);
    const hasAll = peer.haveCount === share.content?.table.count;
    const due = ctx.now - peer.toldAt >= TELL_GAP || peer.untold.length >= TELL_BATCH;
    if (hurried || (!hasAll && due)) tell(ctx, peer);
  }
}

/** Tells peers what {@link flushAnnouncements} kept back. */
export function tellLate(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) if (peer.untold.length > 0) tell(ctx, peer);
}

function tell(ctx: Context, peer: PeerState): void {
  const pieces = peer.untold;
  peer.untold = [];
  peer.toldAt = ctx.now;
  tellPieces(ctx, peer, pieces);
}

/** Tells a peer of pieces in any order, but for those that were withdrawn meanwhile. */
export function tellPieces(ctx: Context, peer: PeerState, untold: readonly number[]): void {
  const { content } = peer.share;
  if (content === null) return;
  const pieces = untold.filter((piece) => getBit(content.have, piece));
  for (const set of rangesOf(pieces)) ctx.send(peer, { type: "have", share: peer.localNumber, pieces: set });
}

/** Pieces in any order as sets of runs. */
export function rangesOf(pieces: readonly number[]): PieceSet[] {
  const sorted = [...pieces].sort((a, b) => a - b);
  const runs: PieceRange[] = [];
  let first = sorted[0] ?? 0;
  let end = first;
  for (const piece of sorted) {
    if (piece !== end) {
      runs.push([first, end - first]);
      first = piece;
    }
    end = piece + 1;
  }
  if (sorted.length > 0) runs.push([first, end - first]);
  const sets: PieceSet[] = [];
  for (let i = 0; i < runs.length; i += MAX_PIECE_RANGES) sets.push({ ranges: runs.slice(i, i + MAX_PIECE_RANGES) });
  return sets;
}
