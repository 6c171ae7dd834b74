import { clearBit, getBit, type NodeId, setBit } from "@starling/protocol";
import { rangesOf } from "./announcements.ts";
import { type BegunPiece, dropBegun, finishBegun } from "./begun-piece.ts";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import { openDispute, settleDispute } from "./disputes.ts";
import { refillShare, refillStarved } from "./requester.ts";
import { complete, isWanted, updateAll } from "./selection.ts";
import type { ShareState } from "./share-state.ts";
import { rejectWhere } from "./upload-queues.ts";

/** All blocks of a piece arrived. */
export function verify(ctx: Context, share: ShareState, begun: BegunPiece): void {
  begun.verifying = true;
  ctx.emit({ type: "verify", root: share.root, piece: begun.index, bytes: begun.bytes });
}

/**
 * The result of a hash. A good piece is announced and served from memory at once and written behind. Returns peers
 * that sent wrong bytes, to be banned.
 */
export function onVerified(ctx: Context, share: ShareState, piece: number, ok: boolean): NodeId[] {
  const begun = share.begun.get(piece);
  const { content } = share;
  if (content === null || begun === undefined || !begun.verifying) return [];
  const liars = ok ? accept(ctx, share, content, begun) : refuse(ctx, share, begun);
  refillStarved(ctx);
  if (!ok) refillShare(ctx, share);
  return liars;
}

/** The store has it: it may be evicted from memory, which may let more be asked for. */
export function onStored(ctx: Context, share: ShareState, pieces: readonly number[]): void {
  for (const piece of pieces) {
    ctx.cache.clean(share.cacheKey(piece));
    share.unstored.delete(piece);
  }
  refillStarved(ctx);
}

/** The store refused: fetching stands still until `resume`; the pieces stay in memory and are served from there. */
export function onStoreFailed(
  ctx: Context,
  share: ShareState,
  pieces: readonly number[],
  reason: "quota" | "unavailable",
): void {
  for (const piece of pieces) share.unstored.add(piece);
  share.blockedBy = reason;
  updateAll(ctx, share);
}

/** Tries again to write what was refused. */
export function storeAgain(ctx: Context, share: ShareState): void {
  share.blockedBy = null;
  for (const piece of share.unstored) {
    const bytes = ctx.cache.get(share.cacheKey(piece), ctx.now);
    const pieces = share.content?.table.sameAs(piece) ?? [piece];
    if (bytes !== null) ctx.emit({ type: "store", root: share.root, piece, pieces, bytes });
  }
  share.unstored.clear();
}

/** A piece that we said we have is gone: withdrawn everywhere, and fetched again if it is wanted. */
export function withdraw(ctx: Context, share: ShareState, piece: number): void {
  const { content } = share;
  if (content === null || !getBit(content.have, piece)) return;
  const pieces = content.table.sameAs(piece);
  for (const same of pieces) clearBit(content.have, same);
  share.haveCount -= pieces.length;
  ctx.cache.drop(share.cacheKey(piece));
  ctx.emit({ type: "withdrawn", root: share.root, pieces });
  const [set] = rangesOf(pieces);
  for (const peer of share.peers.values()) {
    if (!peer.joined) continue;
    if (set !== undefined) ctx.send(peer, { type: "donthave", share: peer.localNumber, pieces: set });
    rejectWhere(ctx, peer, (index) => content.table.canonical(index) === piece);
  }
  if (isWanted(share, piece)) missAgain(ctx, share, content, piece);
}

function missAgain(ctx: Context, share: ShareState, content: Content, piece: number): void {
  setBit(content.missing, piece);
  share.missingCount++;
  content.picker.insert(piece);
  share.nextFind = ctx.now;
  for (const peer of share.peers.values()) if (getBit(peer.bits, piece)) peer.useful++;
  updateAll(ctx, share);
  refillShare(ctx, share);
}

function accept(ctx: Context, share: ShareState, content: Content, begun: BegunPiece): NodeId[] {
  const piece = begun.index;
  finishBegun(ctx, share, begun);
  const pieces = content.table.sameAs(piece);
  for (const same of pieces) setBit(content.have, same);
  for (const same of pieces) share.announce.push(same);
  share.haveCount += pieces.length;
  clearBit(content.missing, piece);
  share.missingCount--;
  ctx.cache.put(share.cacheKey(piece), begun.bytes, true, ctx.now);
  ctx.emit({ type: "have", root: share.root, pieces });
  ctx.emit({ type: "store", root: share.root, piece, pieces, bytes: begun.bytes });
  for (const peer of share.peers.values()) {
    if (!getBit(peer.bits, piece)) continue;
    peer.useful--;
    peer.satedAt = ctx.now;
  }
  const liars = settleDispute(share, begun);
  if (share.missingCount === 0) complete(ctx, share);
  return liars;
}

/** One sender: it lied. Several: the piece is fetched again, whole, from one peer at a time. */
function refuse(ctx: Context, share: ShareState, begun: BegunPiece): NodeId[] {
  dropBegun(ctx, share, begun);
  const senders = new Set(begun.senders);
  if (senders.size === 1) return [...senders].filter((id) => id !== null);
  openDispute(share, begun);
  return [];
}
