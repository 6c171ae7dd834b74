import { type BlockRange, getBit, MANIFEST_CHUNK } from "@starling/protocol";
import type { Context } from "./context.ts";
import { stamp } from "./flow.ts";
import type { MadePiece } from "./inputs.ts";
import { takeUpKept } from "./kept-requests.ts";
import { blockKey } from "./limits.ts";
import type { Link } from "./link.ts";
import { meritOf } from "./merit.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";
import { isQueued, take } from "./upload-queues.ts";

/**
 * Serving what is queued (upload-queues.ts). Blocks are handed to a channel only while its queue is short and the governor
 * has room, so that choke and cancel still find them in ours. Links take turns by bytes, and so do the shares of a link
 * (start-time fair queueing, Goyal 1996); those to whom we owe more get more of them (merit.ts).
 */

/** The channels hold so much now. */
export function onQueued(ctx: Context, link: Link, queuedBytes: number): void {
  link.queuedBytes = queuedBytes;
  link.queueChangedAt = ctx.now;
  link.backlog.told(queuedBytes, ctx.now);
}

/** The channels report what they still hold. */
export function onFlushed(ctx: Context, link: Link, queuedBytes: number): void {
  onQueued(ctx, link, queuedBytes);
  pump(ctx);
}

/**
 * A channel that we count as full and that has said nothing for a second: it reports only when its queue falls below a
 * mark, which a queue that never rose above it does not. Believe that it is empty.
 */
export function relieveLink(ctx: Context, link: Link): void {
  if (!hasRoom(ctx, link) && ctx.now - link.queueChangedAt > 1000) onFlushed(ctx, link, 0);
}

/** Whether a link's queues take a block more. Over a far path all of them together hold no more than one would. */
function hasRoom({ limits }: Context, link: Link): boolean {
  return link.queuedBytes < limits.linkQueueBytes * (link.isNear ? 1 + link.lanes.count : 1);
}

/** A piece was loaded, or could not be (the caller has withdrawn it then). */
export function onLoaded(ctx: Context, key: string, piece: number, bytes: Uint8Array | null): void {
  const loading = ctx.loading.get(key);
  if (loading === undefined) return;
  ctx.loading.delete(key);
  ctx.loadingBytes -= loading.length;
  if (bytes !== null) ctx.cache.put(key, bytes, false, ctx.now);
  ctx.loadStarved = false;
  if (bytes !== null) for (const peer of loading.peers) unpark(peer, piece);
  pump(ctx);
}

/** Pieces of a share that was just made: whoever opens its link first spares the store a read of them. */
export function onMade(ctx: Context, share: ShareState, pieces: readonly MadePiece[]): void {
  const { content } = share;
  if (content === null) return;
  for (const { piece, bytes } of pieces) {
    if (getBit(content.have, piece)) ctx.cache.offer(share.cacheKey(content.table.canonical(piece)), bytes, ctx.now);
  }
}

/** Hands blocks to links that have room, as far as the governor lets them go. */
export function pump(ctx: Context): void {
  takeUpKept(ctx);
  const open = new Set<Link>();
  ctx.governor.held = 0;
  for (const link of ctx.links.values()) {
    // Of one link alone: among several another fills the line meanwhile.
    ctx.governor.held = Math.max(ctx.governor.held, link.heldBytes);
    for (const peer of link.members.values()) prepare(ctx, peer);
    if (hasRoom(ctx, link)) open.add(link);
  }
  for (let link = first(open); link !== undefined; link = first(open)) {
    if (!serve(ctx, link) || !hasRoom(ctx, link)) open.delete(link);
  }
}

/** Whose turn it is: who has had least. */
function first<Queue extends { turn: number }>(queues: Iterable<Queue>): Queue | undefined {
  let least: Queue | undefined;
  for (const queue of queues) if (least === undefined || queue.turn < least.turn) least = queue;
  return least;
}

/** Sends one block or part of a manifest of the link; false if it has none that may go now. */
function serve(ctx: Context, link: Link): boolean {
  for (const peer of link.members.values()) if (sendManifestChunk(ctx, peer)) return true;
  if (!ctx.speed.up.mayTake(ctx.now)) return false;
  const waiting: PeerState[] = [];
  for (const peer of link.members.values()) {
    if (peer.ready.size > 0 && peer.share.speed.up.mayTake(ctx.now)) waiting.push(peer);
  }
  for (let peer = first(waiting); peer !== undefined; peer = first(waiting)) {
    if (sendReady(ctx, peer)) return true;
    waiting.splice(waiting.indexOf(peer), 1);
  }
  return false;
}

/**
 * Sends the oldest block whose piece is in memory; false if there is none, or the governor holds it. The oldest whose piece
 * was evicted meanwhile is loaded again, but not before there is room for it, and no more than one at once: pieces that
 * wait could evict each other without end.
 */
function sendReady(ctx: Context, peer: PeerState): boolean {
  let evicted: number | null = null;
  for (const [key, range] of peer.ready) {
    if (!ctx.governor.hasRoom(peer.flow, range[2])) return false;
    const piece = peer.share.content?.table.canonical(range[0]) ?? range[0];
    const bytes = ctx.cache.get(peer.share.cacheKey(piece), ctx.now);
    if (bytes !== null) {
      take(peer, key);
      sendBlock(ctx, peer, range, bytes);
      prepare(ctx, peer);
      return true;
    }
    if (evicted === null) load(ctx, peer, piece);
    evicted ??= piece;
  }
  return false;
}

function sendBlock(ctx: Context, peer: PeerState, [piece, offset, length]: BlockRange, bytes: Uint8Array): void {
  peer.up.add(length, ctx.now);
  peer.share.up.add(length, ctx.now);
  peer.servedSinceUnchoke += length;
  peer.link.queuedBytes += length;
  peer.link.queueChangedAt = ctx.now;
  peer.link.sentBytes += length;
  ctx.governor.sent(peer.flow, length, ctx.now);
  ctx.speed.up.take(length);
  peer.share.speed.up.take(length);
  takeTurn(ctx, peer, length);
  const payload = bytes.subarray(offset, offset + length);
  const block = { share: peer.localNumber, piece, offset, sentAt: stamp(ctx.now), payload };
  ctx.emit({ type: "send-block", peer: peer.id, block });
}

/** Who was idle gets no credit for it. */
function takeTurn(ctx: Context, peer: PeerState, length: number): void {
  const { link } = peer;
  ctx.turn = Math.max(ctx.turn, link.turn);
  link.turn = ctx.turn + length / meritOf(ctx, peer);
  link.memberTurn = Math.max(link.memberTurn, peer.turn);
  peer.turn = link.memberTurn + length;
}

/** Gets the peer's oldest requests ready ahead of their turn: their pieces are loaded if they are not in memory. */
function prepare(ctx: Context, peer: PeerState): void {
  const { link, share } = peer;
  if (peer.uploads.size === 0 || share.content === null) return;
  for (const [key, range] of peer.uploads) {
    if (link.aheadBytes >= ctx.limits.loadAheadBytes) return;
    const piece = share.content.table.canonical(range[0]);
    const cached = ctx.cache.has(share.cacheKey(piece));
    if (!cached && !load(ctx, peer, piece)) return;
    peer.uploads.delete(key);
    link.aheadBytes += range[2];
    if (cached) peer.ready.set(key, range);
    else park(ctx, peer, key, range);
  }
}

/** Lets a request wait for its piece, which is being loaded. */
function park(ctx: Context, peer: PeerState, key: number, range: BlockRange): void {
  peer.parked.set(key, range);
  const piece = peer.share.content?.table.canonical(range[0]) ?? range[0];
  ctx.loading.get(peer.share.cacheKey(piece))?.peers.add(peer);
}

/** Starts to load a piece unless it is under way; false if memory forbids it now. */
function load(ctx: Context, peer: PeerState, piece: number): boolean {
  const { share } = peer;
  const key = share.cacheKey(piece);
  if (ctx.loading.has(key)) return true;
  const length = share.content?.table.length(piece) ?? 0;
  if (ctx.loading.size > 0 && !ctx.cache.roomFor(ctx.loadingBytes + length)) {
    ctx.loadStarved = true;
    return false;
  }
  ctx.loading.set(key, { length, peers: new Set() });
  ctx.loadingBytes += length;
  ctx.emit({ type: "load", root: share.root, piece });
  return true;
}

function unpark(peer: PeerState, piece: number): void {
  const table = peer.share.content?.table;
  for (const [key, range] of peer.parked) {
    if (table?.canonical(range[0]) !== piece) continue;
    peer.parked.delete(key);
    peer.ready.set(key, range);
  }
}

function sendManifestChunk(ctx: Context, peer: PeerState): boolean {
  const bytes = peer.share.content?.table.bytes;
  if (bytes === undefined) return false;
  const offset = peer.manifestOffsets.shift();
  if (offset === undefined) return false;
  const chunk = bytes.subarray(offset, offset + MANIFEST_CHUNK);
  peer.link.queuedBytes += chunk.length;
  peer.link.queueChangedAt = ctx.now;
  const message = { type: "manifest", share: peer.localNumber, offset, total: bytes.length, bytes: chunk } as const;
  ctx.send(peer, peer.owesCatalog && isQueued(peer, blockKey(0, 0)) ? { ...message, catalog: true } : message);
  return true;
}
