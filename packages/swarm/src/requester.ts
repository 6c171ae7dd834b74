import {
  type BlockMessage,
  type BlockRange,
  getBit,
  MAX_DELAY_SAMPLES,
  MAX_REQUEST_BLOCKS,
  type SwarmMessage,
} from "@starling/protocol";
import { claim, disclaim, updateInterest } from "./availability.ts";
import { BegunPiece } from "./begun-piece.ts";
import type { Context } from "./context.ts";
import { earlyPiece, leavesUrgent, urgentBlock, yieldsToReaders } from "./deadlines.ts";
import { endgameBlock } from "./endgame.ts";
import { blockKey, MAX_OUTSTANDING, SMALL_BLOCK, SMALL_REQUESTS } from "./limits.ts";
import type { Outstanding, PeerState } from "./peer-state.ts";
import type { Content, ShareState } from "./share-state.ts";

/** Begun pieces looked at for a block that another peer left; bounds the work of one request. */
const OPEN_SCAN = 64;
/** Pieces that a peer begins at random before rarest first (Cohen 2003). */
const RANDOM_FIRST = 4;

/**
 * A block takes at most about this part of a second: what one takes is lost to whoever waits behind it, and delays cannot
 * be measured finer. But each message costs both browsers the same, whatever its length.
 */
const BLOCK_TIME = 1 / 32;
/** The window is refilled once this part of it is free. */
const REFILL_PART = 1 / 8;
/**
 * Delay samples go back with each block at rates below this (bytes per second), and in fours above: the sender's window may
 * be as small as one block, and then nothing moves before its report.
 */
const BUSY_RATE = 4_000_000;
const REPORT_SAMPLES = 4;

/** A block to ask for. */
export interface NextBlock {
  readonly begun: BegunPiece;
  readonly block: number;
}

/**
 * Fills a peer's request window when an eighth of it is free. Called from every input that may make room or give
 * something to ask for, never from a timer.
 */
export function refill(ctx: Context, peer: PeerState): void {
  const due = reportIsDue(peer);
  if (!due && !(mayAsk(peer) && wantsRefill(peer))) return;
  let blocks: BlockRange[] = [];
  while (mayAsk(peer) && hasRoom(peer) && isWithinLimits(ctx, peer.share)) {
    const next = nextBlock(ctx, peer);
    if (next === null) break;
    blocks.push(ask(ctx, peer, next));
    if (blocks.length === MAX_REQUEST_BLOCKS) {
      sendRequest(ctx, peer, blocks);
      blocks = [];
    }
  }
  if (blocks.length > 0 || (due && peer.samples.length > 0)) sendRequest(ctx, peer, blocks);
}

/** The peer's governor waits for samples, whether there is anything to ask for or not. */
function reportIsDue(peer: PeerState): boolean {
  const enough = peer.window.rate < BUSY_RATE || peer.outstandingCount === 0 ? 1 : REPORT_SAMPLES;
  return peer.joined && peer.samples.length >= enough;
}

/** Refills all peers of a share: others before seeds, so that a sole seed sends what nobody else can. */
export function refillShare(ctx: Context, share: ShareState): void {
  if (!share.fetching) return;
  const pieces = share.content?.table.count ?? 0;
  for (const peer of share.peers.values()) if (peer.haveCount < pieces) refill(ctx, peer);
  for (const peer of share.peers.values()) if (peer.haveCount >= pieces) refill(ctx, peer);
}

/** After memory became free: goes on where {@link nextBlock} had to stop. */
export function refillStarved(ctx: Context): void {
  if (!ctx.starved) return;
  ctx.starved = false;
  for (const share of ctx.shares.values()) refillShare(ctx, share);
}

/**
 * Takes a block. Returns the piece if this was its last block, or a reason to end the link: a block that was not asked
 * for, or of the wrong length.
 */
export function takeBlock(ctx: Context, peer: PeerState, message: BlockMessage): BegunPiece | string | null {
  const key = blockKey(message.piece, message.offset);
  const entry = peer.outstanding.get(key);
  if (entry === undefined) return "unrequested-block";
  const { length } = message.payload;
  if (entry.length !== length) return "wrong-block-length";
  const late = !entry.live;
  settle(ctx, peer, key, entry);
  count(ctx, peer, message, ctx.now - entry.at);
  const { begun, block } = entry;
  // Given up as passed over, and yet it came: the peer has the piece and only is slow.
  if (late) claim(peer, peer.share.content, begun.index);
  if (begun.dropped || begun.received(block)) return null;
  // A piece in dispute takes blocks of its owner alone, so that a bad one tells who lied.
  if (begun.exclusive && begun.owner !== peer) return null;
  begun.receive(block, message.payload, peer.id);
  if (begun.free === 0) peer.share.open.delete(begun);
  if (begun.askedOf(block) > 0) cancelElsewhere(ctx, peer, key, entry);
  return begun.missing === 0 ? begun : null;
}

/** The peer will not send these blocks. */
export function onReject(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  const refused = new Set<BegunPiece>();
  for (const [piece, offset] of blocks) {
    const key = blockKey(piece, offset);
    const entry = peer.outstanding.get(key);
    if (entry === undefined) continue;
    const unexpected = entry.live && !peer.peerChoking;
    settle(ctx, peer, key, entry);
    // It unchokes us and yet refuses: believe the refusal, or the two of us would go round for ever.
    if (!unexpected) continue;
    disclaim(peer, peer.share.content, piece);
    refused.add(entry.begun);
  }
  for (const begun of refused) leavePiece(ctx, peer, begun);
  updateInterest(ctx, peer);
}

/** The peer will not send the rest of this piece: whoever has it may begin or take it over. */
function leavePiece(ctx: Context, peer: PeerState, begun: BegunPiece): void {
  if (begun.owner !== peer || begun.verifying || begun.dropped) return;
  if (peer.current === begun) peer.current = null;
  if (begun.exclusive || begun.untouched) dropBegun(ctx, peer.share, begun);
  else begun.owner = null;
}

/** A request ended: with its block, a reject, or the link. Gives the block back to others if it did not arrive. */
function settle(ctx: Context, peer: PeerState, key: number, entry: Outstanding): void {
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

/** Forgets a begun piece and what arrived of it; it may be begun again if it is still missing. */
export function dropBegun(ctx: Context, share: ShareState, begun: BegunPiece): void {
  finishBegun(ctx, share, begun);
  begun.dropped = true;
  const content = share.content;
  if (content !== null && getBit(content.missing, begun.index)) content.picker.insert(begun.index);
}

/** The piece is whole or dropped: its memory is no longer ours. */
export function finishBegun(ctx: Context, share: ShareState, begun: BegunPiece): void {
  if (!share.begun.delete(begun.index)) return;
  share.open.delete(begun);
  ctx.begunBytes -= begun.bytes.length;
}

function isWithinLimits(ctx: Context, share: ShareState): boolean {
  return ctx.speed.down.mayTake(ctx.now) && share.speed.down.mayTake(ctx.now);
}

function mayAsk(peer: PeerState): boolean {
  return peer.joined && !peer.peerChoking && peer.useful > 0 && peer.share.fetching;
}

function wantsRefill(peer: PeerState): boolean {
  if (peer.snubbed) return peer.outstandingCount === 0;
  return (
    peer.outstandingBytes + peer.cancelledBytes <= (1 - REFILL_PART) * peer.window.bytes ||
    (isSmall(peer) && peer.outstandingCount < 0.75 * SMALL_REQUESTS)
  );
}

function hasRoom(peer: PeerState): boolean {
  if (peer.outstandingCount === 0) return true;
  if (peer.snubbed || peer.outstanding.size >= MAX_OUTSTANDING) return false;
  if (peer.outstandingBytes + peer.cancelledBytes < peer.window.bytes) return true;
  return (
    peer.outstandingCount < SMALL_REQUESTS && peer.outstandingBytes < SMALL_REQUESTS * SMALL_BLOCK && isSmall(peer)
  );
}

/** Whether what is outstanding consists of small requests, which a window in bytes would hold back. */
function isSmall(peer: PeerState): boolean {
  return peer.outstandingBytes <= peer.outstandingCount * SMALL_BLOCK;
}

/**
 * What readers need first. Then pieces already begun before new ones; then other peers' blocks; then, in the endgame,
 * blocks asked of others.
 */
function nextBlock(ctx: Context, peer: PeerState): NextBlock | null {
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
  let bytes = limits.blockBytes;
  while (bytes * 2 <= Math.min(limits.largeBlockBytes, peer.window.rate * BLOCK_TIME)) bytes *= 2;
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

function ask(ctx: Context, peer: PeerState, { begun, block }: NextBlock): BlockRange {
  const offset = begun.offsetOf(block);
  const length = begun.lengthOf(block);
  begun.ask(block);
  if (begun.free === 0) peer.share.open.delete(begun);
  peer.outstanding.set(blockKey(begun.index, offset), {
    begun,
    block,
    length,
    at: ctx.now,
    live: true,
    cancelled: false,
  });
  peer.outstandingBytes += length;
  peer.outstandingCount++;
  ctx.outstandingBytes += length;
  ctx.speed.down.take(length);
  peer.share.speed.down.take(length);
  return [begun.index, offset, length];
}

function sendRequest(ctx: Context, peer: PeerState, blocks: BlockRange[]): void {
  const message: SwarmMessage = { type: "request", share: peer.localNumber, blocks, samples: peer.samples };
  peer.samples = [];
  ctx.send(peer, message);
}

function count(ctx: Context, peer: PeerState, message: BlockMessage, response: number): void {
  const { length } = message.payload;
  peer.down.add(length, ctx.now);
  peer.share.down.add(length, ctx.now);
  peer.lastBlockAt = ctx.now;
  peer.snubbed = false;
  peer.strikes = 0;
  peer.window.received(length, response, ctx.now);
  // Signed difference of two clocks modulo 2^32: only its changes mean anything.
  if (peer.samples.length < MAX_DELAY_SAMPLES) peer.samples.push((Math.floor(ctx.now) - message.sentAt) | 0);
}

function cancelElsewhere(ctx: Context, sender: PeerState, key: number, entry: Outstanding): void {
  for (const peer of sender.share.peers.values()) {
    const other = peer.outstanding.get(key);
    if (other === undefined || !other.live || other.begun !== entry.begun) continue;
    cancelRequest(ctx, peer, other);
    const offset = entry.begun.offsetOf(entry.block);
    ctx.send(peer, { type: "cancel", share: peer.localNumber, blocks: [[entry.begun.index, offset, entry.length]] });
    refill(ctx, peer);
  }
}
