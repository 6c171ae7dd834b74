import {
  applyPieceSet,
  clearBit,
  countBits,
  DecodeError,
  getBit,
  MAX_PIECE_RANGES,
  MAX_PIECES,
  type PieceRange,
  type PieceSet,
  pieceSets,
  setBit,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { Content, ShareState } from "./share-state.ts";

/**
 * A peer says that it has these pieces. Returns a reason to end the link, or null.
 * @throws DecodeError if the set does not fit the share.
 */
export function onHave(ctx: Context, peer: PeerState, set: PieceSet): string | null {
  peer.toldHave = true;
  const content = peer.share.content;
  const before = peer.haveCount;
  let repeated = 0;
  // Without the manifest the number of pieces is unknown: the bits wait, and are checked once it is known.
  const count = content?.table.count ?? MAX_PIECES;
  if (content !== null && peer.haveCount === 0 && isWhole(set, count)) claimAll(peer, content);
  else repeated = applyEach(set, count, (piece) => claim(peer, content, piece)) - (peer.haveCount - before);
  if (peer.haveCount > before) peer.gainedAt = ctx.now;
  updateInterest(ctx, peer);
  return peer.link.claims.spend(repeated, ctx.now);
}

/** A peer withdraws pieces. Returns and throws as {@link onHave}. */
export function onDontHave(ctx: Context, peer: PeerState, set: PieceSet): string | null {
  const content = peer.share.content;
  const named = applyEach(set, content?.table.count ?? MAX_PIECES, (piece) => disclaim(peer, content, piece));
  updateInterest(ctx, peer);
  return peer.link.claims.spend(named, ctx.now);
}

/** As {@link applyPieceSet}; returns how many pieces the set names. */
function applyEach(set: PieceSet, count: number, visit: (piece: number) => void): number {
  let named = 0;
  applyPieceSet(set, count, (piece) => {
    named++;
    visit(piece);
  });
  return named;
}

function isWhole(set: PieceSet, count: number): boolean {
  return "ranges" in set && set.ranges.length === 1 && set.ranges[0]?.[0] === 0 && set.ranges[0][1] === count;
}

/** Notes that a peer that had nothing has everything. */
function claimAll(peer: PeerState, content: Content): void {
  fillBits(peer.bits, content.table.count);
  peer.haveCount = content.table.count;
  peer.useful = peer.share.missingCount;
  peer.countedAsSeed = true;
  content.picker.seeds++;
}

function fillBits(bits: Uint8Array, count: number): void {
  bits.fill(0xff, 0, count >> 3);
  if ((count & 7) !== 0) bits[count >> 3] = 0xff & ~(0xff >> (count & 7));
}

/** A seed is one no longer: its pieces count one by one. */
function countSingly(peer: PeerState, content: Content): void {
  peer.countedAsSeed = false;
  content.picker.seeds--;
  for (let piece = 0; piece < content.table.count; piece++) content.picker.raise(piece);
}

/** Notes that the peer has a piece. */
export function claim(peer: PeerState, content: Content | null, piece: number): void {
  if (getBit(peer.bits, piece)) return;
  setBit(peer.bits, piece);
  peer.haveCount++;
  if (content === null) return;
  content.picker.raise(piece);
  if (getBit(content.missing, piece)) peer.useful++;
}

/** Notes that the peer has not, or does not give, a piece. */
export function disclaim(peer: PeerState, content: Content | null, piece: number): void {
  if (!getBit(peer.bits, piece)) return;
  clearBit(peer.bits, piece);
  peer.haveCount--;
  if (content === null) return;
  if (peer.countedAsSeed) countSingly(peer, content);
  content.picker.lower(piece);
  if (getBit(content.missing, piece)) peer.useful--;
}

/**
 * The manifest is known now: fits the bits that the peer sent before.
 * @throws DecodeError if it claimed pieces that do not exist.
 */
export function fitBits(peer: PeerState, content: Content): void {
  const { count } = content.table;
  const early = peer.bits;
  peer.bits = early.slice(0, content.have.length);
  peer.haveCount = 0;
  if (countBits(early) !== countBits(peer.bits)) throw new DecodeError("have-beyond-share");
  for (let piece = 0; piece < peer.bits.length * 8; piece++) {
    if (!getBit(peer.bits, piece)) continue;
    if (piece >= count) throw new DecodeError("have-beyond-share");
    peer.haveCount++;
    content.picker.raise(piece);
  }
}

/** Takes a peer's pieces out of the availability. */
export function forgetBits(peer: PeerState): void {
  const content = peer.share.content;
  if (content === null || peer.bits.length !== content.have.length) return;
  if (peer.countedAsSeed) {
    content.picker.seeds--;
    return;
  }
  for (let piece = 0; piece < content.table.count; piece++) if (getBit(peer.bits, piece)) content.picker.lower(piece);
}

/** Counts anew what a peer has of what we miss; after the selection changed. */
export function recountUseful(peer: PeerState, content: Content): void {
  let useful = 0;
  for (let i = 0; i < content.missing.length; i++) {
    let byte = (content.missing[i] ?? 0) & (peer.bits[i] ?? 0);
    for (; byte !== 0; byte &= byte - 1) useful++;
  }
  peer.useful = useful;
}

/**
 * Shows interest together with the join, before the peer could say what it has: its answer may then unchoke us, which
 * saves a round trip. If it has nothing for us, {@link loseInterest} takes it back.
 */
export function expectPieces(ctx: Context, peer: PeerState): void {
  if (peer.share.blockedBy !== null) return;
  peer.amInterested = true;
  peer.satedAt = ctx.now;
  ctx.send(peer, { type: "interested", share: peer.localNumber });
}

/** Tells the peer whether we want anything that it has, when that changed. Without the manifest nobody can know. */
export function updateInterest(ctx: Context, peer: PeerState): void {
  const { share } = peer;
  if (share.content === null) return;
  // What a reader wanted may be here a moment before it wants more: the slot is not given up in between.
  const stays = peer.amInterested && share.isRead && !share.paused && share.blockedBy === null;
  const interested = peer.joined && (stays || (share.fetching && peer.useful > 0));
  if (interested === peer.amInterested) return;
  peer.amInterested = interested;
  ctx.send(peer, { type: interested ? "interested" : "notinterested", share: peer.localNumber });
}

/**
 * A peer that has nothing new for us, only because we were quick, mostly has in a moment: interest is kept for so many ms
 * (measured: four receivers among themselves changed it 450 times each for 64 MB, a fifth of all control messages).
 */
const SATED_MS = 1_000;

/** Ends the interest in peers whose last useful piece we got some time ago. */
export function loseInterest(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) {
    if (peer.amInterested && peer.joined && peer.useful === 0 && ctx.now - peer.satedAt >= SATED_MS)
      updateInterest(ctx, peer);
  }
}

/** Tells a peer that just joined, or all once the manifest is known, what we have; an empty set says that we have the manifest. */
export function sendHaveSet(ctx: Context, peer: PeerState): void {
  const content = peer.share.content;
  if (content === null || !peer.joined) return;
  const sets = pieceSets(content.have, content.table.count);
  if (sets.length === 0) sets.push({ ranges: [] });
  for (const pieces of sets) ctx.send(peer, { type: "have", share: peer.localNumber, pieces });
}

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
