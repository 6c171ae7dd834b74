import {
  type BlockRange,
  clearBit,
  DecodeError,
  decodeManifest,
  getBit,
  makeBitfield,
  type NodeId,
  type PieceRange,
  setBit,
} from "@starling/protocol";
import { sendHaveSet } from "./announcements.ts";
import { fitBits, recountUseful } from "./availability.ts";
import { dropBegun } from "./begun-piece.ts";
import { releaseAll, tidyLinks } from "./candidates.ts";
import { type Content, contentOf } from "./content.ts";
import type { Context } from "./context.ts";
import { MAX_DEADLINES, type Reader, urgentPieces } from "./deadlines.ts";
import { updateInterest } from "./interest.ts";
import { cancelRequest } from "./outstanding.ts";
import type { PeerState } from "./peer-state.ts";
import { PieceTable } from "./piece-table.ts";
import { refillShare } from "./requester.ts";
import type { ShareState } from "./share-state.ts";

const NOTHING: PieceRange = [0, 0];

/**
 * The manifest is known: prepares content, checks what peers claimed before, applies the selection.
 * Returns peers that claimed pieces beyond the share. `fetched`: it came from a peer, so the client is told.
 * @throws DecodeError if the manifest is malformed.
 */
export function startContent(ctx: Context, share: ShareState, manifest: Uint8Array, fetched: boolean): NodeId[] {
  const table = new PieceTable(decodeManifest(manifest), manifest);
  if (fetched) ctx.emit({ type: "manifest", root: share.root, bytes: manifest });
  const content = contentOf(table, ctx.random);
  if (share.givenHave?.length === content.have.length) fillHave(share, content, share.givenHave);
  share.givenHave = null;
  share.content = content;
  const liars: NodeId[] = [];
  for (const peer of share.peers.values()) if (!fits(peer, content)) liars.push(peer.id);
  for (const peer of share.peers.values()) if (peer.bits.length === content.have.length) sendHaveSet(ctx, peer);
  select(ctx, share, share.wanted);
  return liars;
}

/** Replaces the selection: what is begun outside it is dropped, what is verified is kept. */
export function select(ctx: Context, share: ShareState, wanted: readonly PieceRange[]): void {
  share.wanted = wanted;
  const { content } = share;
  if (content === null) return;
  const missing = missingOf(content, [...wanted, ...rangesOfReaders(share)]);
  for (let piece = 0; piece < content.table.count; piece++) {
    const now = getBit(missing, piece);
    if (now !== getBit(content.missing, piece)) setMissing(ctx, share, content, piece, now);
  }
  for (const peer of share.peers.values()) recountUseful(peer, content);
  updateAll(ctx, share);
  if (share.missingCount === 0) complete(ctx, share);
  else refillShare(ctx, share);
}

/**
 * A reader needs other pieces than before, or is done (null): only those that it gains and loses are looked at, for this
 * comes with every piece that a stream is read.
 */
export function setReader(ctx: Context, share: ShareState, id: number, reader: Reader | null): void {
  const before = share.readers.get(id)?.range ?? NOTHING;
  if (reader === null) share.readers.delete(id);
  else share.readers.set(id, { ...reader, range: [reader.range[0], Math.min(reader.range[1], MAX_DEADLINES)] });
  const { content } = share;
  if (content === null) return;
  share.urgent = urgentPieces(content, share.readers.values());
  const fetched = share.missingCount > 0;
  for (const [first, count] of [before, reader?.range ?? NOTHING]) {
    const end = Math.min(content.table.count, first + Math.min(count, MAX_DEADLINES));
    for (let piece = first; piece < end; piece++) reconsider(ctx, share, content, content.table.canonical(piece));
  }
  updateAll(ctx, share);
  if (share.missingCount > 0) refillShare(ctx, share);
  else if (fetched) complete(ctx, share);
}

/** Sets whether a canonical piece is missed, from what is wanted now. */
function reconsider(ctx: Context, share: ShareState, content: Content, piece: number): void {
  const missing = !getBit(content.have, piece) && isWanted(share, piece);
  if (missing === getBit(content.missing, piece)) return;
  setMissing(ctx, share, content, piece, missing);
  for (const peer of share.peers.values()) if (getBit(peer.bits, piece)) peer.useful += missing ? 1 : -1;
}

function rangesOfReaders(share: ShareState): PieceRange[] {
  return [...share.readers.values()].map(({ range }) => range);
}

/** Everything wanted is here: says so, and lets go of links that only we needed. */
export function complete(ctx: Context, share: ShareState): void {
  ctx.emit({ type: "complete", root: share.root });
  updateAll(ctx, share);
  if (share.paused) releaseAll(ctx, share);
  else tidyLinks(ctx, share);
}

/** Tells all peers whether we want what they have, where that changed. */
export function updateAll(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) updateInterest(ctx, peer);
}

/** Whether a canonical piece is selected or read, under any of its indexes. */
export function isWanted(share: ShareState, canonical: number): boolean {
  const same = share.content?.table.sameAs(canonical) ?? [];
  const wanted = [...share.wanted, ...rangesOfReaders(share)];
  return wanted.some(([first, count]) => same.some((piece) => piece >= first && piece < first + count));
}

function missingOf({ table, have }: Content, wanted: readonly PieceRange[]): Uint8Array {
  const missing = makeBitfield(table.count);
  for (const [first, count] of wanted) {
    for (let piece = Math.max(0, first); piece < Math.min(table.count, first + count); piece++) {
      const canonical = table.canonical(piece);
      if (!getBit(have, canonical)) setBit(missing, canonical);
    }
  }
  return missing;
}

function setMissing(ctx: Context, share: ShareState, content: Content, piece: number, missing: boolean): void {
  share.missingCount += missing ? 1 : -1;
  if (missing) {
    setBit(content.missing, piece);
    content.picker.insert(piece);
    return;
  }
  clearBit(content.missing, piece);
  content.picker.remove(piece);
  const begun = share.begun.get(piece);
  if (begun === undefined) return;
  for (const peer of share.peers.values()) cancelPiece(ctx, peer, piece);
  dropBegun(ctx, share, begun);
}

function cancelPiece(ctx: Context, peer: PeerState, piece: number): void {
  const blocks: BlockRange[] = [];
  for (const entry of peer.outstanding.values()) {
    if (entry.begun.index !== piece || !entry.live) continue;
    cancelRequest(ctx, peer, entry);
    blocks.push([piece, entry.begun.offsetOf(entry.block), entry.length]);
  }
  if (blocks.length > 0) ctx.send(peer, { type: "cancel", share: peer.localNumber, blocks });
}

function fillHave(share: ShareState, { table, have }: Content, given: Uint8Array): void {
  for (let piece = 0; piece < table.count; piece++) {
    if (!getBit(given, piece)) continue;
    for (const same of table.sameAs(table.canonical(piece))) setBit(have, same);
  }
  for (let piece = 0; piece < table.count; piece++) if (getBit(have, piece)) share.haveCount++;
}

function fits(peer: PeerState, content: Content): boolean {
  try {
    fitBits(peer, content);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
