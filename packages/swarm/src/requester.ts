import {
  type BlockMessage,
  type BlockRange,
  MAX_DELAY_SAMPLES,
  MAX_REQUEST_BLOCKS,
  type SwarmMessage,
} from "@starling/protocol";
import { takeAnnounced } from "./announced-catalog.ts";
import { claim, disclaim, updateInterest } from "./availability.ts";
import { type BegunPiece, dropBegun } from "./begun-piece.ts";
import type { Context } from "./context.ts";
import { blockKey, MAX_OUTSTANDING, SMALL_BLOCK, SMALL_REQUESTS } from "./limits.ts";
import { type NextBlock, nextBlock } from "./next-block.ts";
import type { Outstanding, PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/** The window is refilled once this part of it is free. */
const REFILL_PART = 1 / 8;
/**
 * Delay samples go back with each block at rates below this (bytes per second), and in fours above: the sender's window may
 * be as small as one block, and then nothing moves before its report.
 */
const BUSY_RATE = 4_000_000;
const REPORT_SAMPLES = 4;
/**
 * Who refused so often in a row gives nothing new for now, as a sole seed does: it is asked again once it tells of pieces,
 * or after so many ms. Four receivers on one machine otherwise sent a third of their requests in vain.
 */
const REFUSALS = 3;
const REFUSED_MS = 1_000;

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
    const range = ask(ctx, peer, next);
    if (range !== null) blocks.push(range);
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

/**
 * Something was given back, or may be asked for: refills all peers of a share, and of all shares if one lacked memory,
 * which may be there now.
 */
export function refillShare(ctx: Context, share: ShareState): void {
  if (ctx.starved) refillStarved(ctx);
  else refillPeers(ctx, share);
}

/** After memory became free: goes on where {@link nextBlock} had to stop. */
export function refillStarved(ctx: Context): void {
  if (!ctx.starved) return;
  ctx.starved = false;
  for (const share of ctx.shares.values()) refillPeers(ctx, share);
}

/** Others before seeds, so that a sole seed sends what nobody else can. */
function refillPeers(ctx: Context, share: ShareState): void {
  if (!share.fetching) return;
  const pieces = share.content?.table.count ?? 0;
  for (const peer of share.peers.values()) if (peer.haveCount < pieces) refill(ctx, peer);
  for (const peer of share.peers.values()) if (peer.haveCount >= pieces) refill(ctx, peer);
}

/**
 * Takes a block. Returns the piece if this was its last block, or a reason to end the link: a block that was not asked
 * for, or of the wrong length.
 */
export function takeBlock(ctx: Context, peer: PeerState, message: BlockMessage): BegunPiece | string | null {
  const key = blockKey(message.piece, message.offset);
  const entry = peer.outstanding.get(key);
  const { length } = message.payload;
  if (entry === undefined) {
    return takeAnnounced(peer, [message.piece, message.offset, length]) ? null : "unrequested-block";
  }
  if (entry.length !== length) return "wrong-block-length";
  const late = !entry.live;
  settle(ctx, peer, key, entry);
  peer.refusals = 0;
  count(ctx, peer, message, entry);
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
  for (const range of blocks) {
    const [piece, offset] = range;
    const key = blockKey(piece, offset);
    const entry = peer.outstanding.get(key);
    if (entry === undefined) {
      takeAnnounced(peer, range);
      continue;
    }
    const unexpected = entry.live && !peer.peerChoking;
    settle(ctx, peer, key, entry);
    // It unchokes us and yet refuses: believe the refusal, or the two of us would go round for ever.
    if (!unexpected) continue;
    disclaim(peer, peer.share.content, piece);
    refused.add(entry.begun);
  }
  if (refused.size > 0) {
    peer.refusals++;
    peer.refusedAt = ctx.now;
  }
  for (const begun of refused) leavePiece(ctx, peer, begun);
  updateInterest(ctx, peer);
}

/** Asks those again who refused a while ago. */
export function askRefusing(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) {
    if (peer.refusals < REFUSALS || ctx.now - peer.refusedAt < REFUSED_MS) continue;
    peer.refusals = 0;
    refill(ctx, peer);
  }
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

function isWithinLimits(ctx: Context, share: ShareState): boolean {
  return ctx.speed.down.mayTake(ctx.now) && share.speed.down.mayTake(ctx.now);
}

function mayAsk(peer: PeerState): boolean {
  return peer.joined && !peer.peerChoking && peer.useful > 0 && peer.share.fetching && peer.refusals < REFUSALS;
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

/** Counts on a block from now on. Null: the peer announced it, so that it need not be requested. */
function ask(ctx: Context, peer: PeerState, { begun, block }: NextBlock): BlockRange | null {
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

function sendRequest(ctx: Context, peer: PeerState, blocks: BlockRange[]): void {
  const message: SwarmMessage = { type: "request", share: peer.localNumber, blocks, samples: peer.samples };
  peer.samples = [];
  ctx.send(peer, message);
}

function count(ctx: Context, peer: PeerState, message: BlockMessage, { at, announced }: Outstanding): void {
  const { length } = message.payload;
  peer.down.add(length, ctx.now);
  peer.share.down.add(length, ctx.now);
  peer.lastBlockAt = ctx.now;
  peer.snubbed = false;
  peer.strikes = 0;
  // One that was announced was on its way before we counted on it: it would seem to have taken no time.
  if (!announced) peer.window.received({ bytes: length, response: ctx.now - at, sentAt: message.sentAt }, ctx.now);
  if (peer.samples.length >= MAX_DELAY_SAMPLES) return;
  // Signed difference of two clocks modulo 2^32: only its changes mean anything.
  peer.samples.push([message.sentAt, (Math.floor(ctx.now) - message.sentAt) | 0]);
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
