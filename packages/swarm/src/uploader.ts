import { type BlockRange, getBit, MANIFEST_CHUNK, MAX_BLOCK_SIZE, MAX_REQUEST_BLOCKS } from "@starling/protocol";
import type { Context } from "./context.ts";
import { blockKey } from "./limits.ts";
import type { Link, PeerState } from "./peer-state.ts";
import type { Content } from "./share-state.ts";
import { refusesAsSole } from "./sole-seed.ts";

/**
 * Serving. Every request stands in exactly one of a peer's `uploads`, `parked` and `ready` until it leaves as a block or
 * a reject; a link's `aheadBytes` counts those in `parked` and `ready`. Blocks are handed to a channel only while its
 * queue is short, so that choke and cancel still find them here.
 */

/** Queues requests, or rejects them. Returns a reason to end the link if one is malformed. */
export function onRequest(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): string | null {
  const { content } = peer.share;
  const rejected: BlockRange[] = [];
  for (const range of blocks) {
    if (content !== null && !isInside(content, range)) return "bad-request-range";
    const key = blockKey(range[0], range[1]);
    if (peer.uploads.has(key) || peer.parked.has(key) || peer.ready.has(key)) return "requested-twice";
    if (content === null || !mayServe(ctx, peer, content, range[0])) rejected.push(range);
    else peer.uploads.set(key, range);
  }
  reject(ctx, peer, rejected);
  pump(ctx, peer.link);
  return null;
}

/** Drops what is still queued of these, and says so; what was handed to the channel arrives anyway. */
export function onCancel(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  const dropped: BlockRange[] = [];
  for (const [piece, offset] of blocks) {
    const range = take(peer, blockKey(piece, offset));
    if (range !== null) dropped.push(range);
  }
  reject(ctx, peer, dropped);
  pump(ctx, peer.link);
}

/** Rejects everything queued; after a choke. */
export function rejectAll(ctx: Context, peer: PeerState): void {
  rejectWhere(ctx, peer, () => true);
}

/** Rejects what is queued of some pieces; after they were withdrawn. */
export function rejectWhere(ctx: Context, peer: PeerState, matches: (piece: number) => boolean): void {
  const dropped: BlockRange[] = [];
  for (const queue of [peer.ready, peer.parked, peer.uploads]) {
    for (const [key, range] of queue) if (matches(range[0]) && take(peer, key) !== null) dropped.push(range);
  }
  reject(ctx, peer, dropped);
}

/** The peer left: nothing is owed to it. */
export function forgetUploads(ctx: Context, peer: PeerState): void {
  for (const queue of [peer.ready, peer.parked, peer.uploads]) for (const key of [...queue.keys()]) take(peer, key);
  for (const loading of ctx.loading.values()) loading.peers.delete(peer);
  peer.manifestOffsets = [];
}

/** The channel reports what it still holds. */
export function onFlushed(ctx: Context, link: Link, queuedBytes: number): void {
  link.queuedBytes = queuedBytes;
  link.queueChangedAt = ctx.now;
  pump(ctx, link);
}

/**
 * A channel that we count as full and that has said nothing for a second: it reports only when its queue falls below a
 * mark, which a queue that never rose above it does not. Believe that it is empty.
 */
export function relieveLink(ctx: Context, link: Link): void {
  if (link.queuedBytes >= ctx.limits.linkQueueBytes && ctx.now - link.queueChangedAt > 1000) onFlushed(ctx, link, 0);
}

/** A piece was loaded, or could not be (the caller has withdrawn it then). */
export function onLoaded(ctx: Context, key: string, piece: number, bytes: Uint8Array | null): void {
  const loading = ctx.loading.get(key);
  if (loading === undefined) return;
  ctx.loading.delete(key);
  ctx.loadingBytes -= loading.length;
  if (bytes !== null) ctx.cache.put(key, bytes, false);
  for (const peer of loading.peers) {
    if (bytes !== null) unpark(peer, piece);
    pump(ctx, peer.link);
  }
  if (!ctx.loadStarved) return;
  ctx.loadStarved = false;
  for (const link of ctx.links.values()) pump(ctx, link);
}

/** Hands blocks to a link while its queue is short: one of each of its shares in turn. */
export function pump(ctx: Context, link: Link): void {
  let progress = true;
  while (progress && link.queuedBytes < ctx.limits.linkQueueBytes) {
    progress = false;
    for (const peer of link.members.values()) if (serveOne(ctx, peer)) progress = true;
  }
}

/** Sends or parks the peer's oldest request; false if it has none or has to wait. */
function serveOne(ctx: Context, peer: PeerState): boolean {
  if (sendManifestChunk(ctx, peer)) return true;
  const content = peer.share.content;
  if (content === null) return false;
  for (const queue of [peer.ready, peer.uploads]) {
    for (const [key, range] of queue) {
      const piece = content.table.canonical(range[0]);
      const bytes = ctx.cache.get(peer.share.cacheKey(piece));
      if (bytes === null) return park(ctx, peer, key, piece, queue === peer.ready);
      take(peer, key);
      sendBlock(ctx, peer, range, bytes);
      return true;
    }
  }
  return false;
}

function sendBlock(ctx: Context, peer: PeerState, [piece, offset, length]: BlockRange, bytes: Uint8Array): void {
  peer.up.add(length, ctx.now);
  peer.share.up.add(length, ctx.now);
  peer.servedSinceUnchoke += length;
  peer.link.queuedBytes += length;
  peer.link.queueChangedAt = ctx.now;
  const payload = bytes.subarray(offset, offset + length);
  ctx.emit({ type: "send-block", peer: peer.id, share: peer.localNumber, piece, offset, payload });
}

/** @param counted the request counts in `aheadBytes` already: its piece was loaded, and evicted again. */
function park(ctx: Context, peer: PeerState, key: number, piece: number, counted: boolean): boolean {
  const { share, link } = peer;
  if (!counted && link.aheadBytes >= ctx.limits.loadAheadBytes) return false;
  if (!load(ctx, peer, piece)) return false;
  const range = take(peer, key);
  if (range === null) return false;
  peer.parked.set(key, range);
  link.aheadBytes += range[2];
  ctx.loading.get(share.cacheKey(piece))?.peers.add(peer);
  return true;
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

/** Takes a request out of whichever queue holds it. */
function take(peer: PeerState, key: number): BlockRange | null {
  const queued = peer.uploads.get(key);
  if (queued !== undefined) {
    peer.uploads.delete(key);
    return queued;
  }
  const ahead = peer.ready.get(key) ?? peer.parked.get(key);
  if (ahead === undefined) return null;
  peer.ready.delete(key);
  peer.parked.delete(key);
  peer.link.aheadBytes -= ahead[2];
  return ahead;
}

function sendManifestChunk(ctx: Context, peer: PeerState): boolean {
  const bytes = peer.share.content?.table.bytes;
  if (bytes === undefined) return false;
  const offset = peer.manifestOffsets.shift();
  if (offset === undefined) return false;
  const chunk = bytes.subarray(offset, offset + MANIFEST_CHUNK);
  peer.link.queuedBytes += chunk.length;
  peer.link.queueChangedAt = ctx.now;
  ctx.send(peer, { type: "manifest", share: peer.localNumber, offset, total: bytes.length, bytes: chunk });
  return true;
}

function reject(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  for (let i = 0; i < blocks.length; i += MAX_REQUEST_BLOCKS) {
    const part = blocks.slice(i, i + MAX_REQUEST_BLOCKS);
    ctx.send(peer, { type: "reject", share: peer.localNumber, blocks: part });
  }
}

function isInside({ table }: Content, [piece, offset, length]: BlockRange): boolean {
  return piece < table.count && length >= 1 && length <= MAX_BLOCK_SIZE && offset + length <= table.length(piece);
}

function mayServe(ctx: Context, peer: PeerState, content: Content, piece: number): boolean {
  const queued = peer.uploads.size + peer.parked.size + peer.ready.size;
  const able = !peer.amChoking && getBit(content.have, piece) && queued < ctx.limits.queuedRequests;
  return able && !refusesAsSole(peer, content, piece);
}
