import {
  applyPieceSet,
  clearBit,
  countBits,
  DecodeError,
  getBit,
  MAX_PIECES,
  type PieceSet,
  setBit,
} from "@starling/protocol";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import { updateInterest } from "./interest.ts";
import type { PeerState } from "./peer-state.ts";

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
