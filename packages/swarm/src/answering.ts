import { type BlockRange, getBit, MAX_BLOCK_SIZE, type SwarmMessage } from "@starling/protocol";
import { catalogBlock } from "./announced-catalog.ts";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import { blockKey } from "./limits.ts";
import type { PeerState } from "./peer-state.ts";
import { type Answer, answerAsSole } from "./sole-seed.ts";
import { isQueued, keep, queuesOf, reject, take } from "./upload-queues.ts";
import { pump } from "./uploader.ts";

type Request = Extract<SwarmMessage, { type: "request" }>;

/** Queues requests, or rejects them. Returns a reason to end the link if one is malformed. */
export function onRequest(ctx: Context, peer: PeerState, message: Request): string | null {
  const { blocks, samples } = message;
  ctx.governor.reported(peer.flow, samples, ctx.now);
  peer.link.arrived();
  const rejected: BlockRange[] = [];
  for (const range of blocks) {
    const breach = breachOf(peer, range);
    if (breach !== null) return breach;
    if (!enqueue(ctx, peer, range)) rejected.push(range);
  }
  reject(ctx, peer, rejected);
  pump(ctx);
  return null;
}

/** Queues the catalog for a peer that asks for the manifest, if it may follow and would be served. */
export function queueCatalog(ctx: Context, peer: PeerState): void {
  const { content } = peer.share;
  const range = content === null ? null : catalogBlock(content.table);
  if (range !== null && enqueue(ctx, peer, range)) peer.owesCatalog = true;
}

/** Drops what is still queued of these, and says so; what was handed to the channel arrives anyway. */
export function onCancel(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  const dropped: BlockRange[] = [];
  for (const cancelled of blocks) {
    const range = take(peer, keyOf(cancelled));
    if (range !== null) dropped.push(range);
  }
  reject(ctx, peer, dropped);
  pump(ctx);
}

function keyOf([piece, offset]: BlockRange): number {
  return blockKey(piece, offset);
}

/** Null: none. Who had the manifest of another peer may request what follows ours without a request. */
function breachOf(peer: PeerState, range: BlockRange): string | null {
  const { content } = peer.share;
  if (content !== null && !isInside(content, range)) return "bad-request-range";
  const isTwice = isQueued(peer, keyOf(range)) && !(peer.owesCatalog && range[0] === 0);
  return isTwice ? "requested-twice" : null;
}

/** False if it is to be rejected. */
function enqueue(ctx: Context, peer: PeerState, range: BlockRange): boolean {
  const { content } = peer.share;
  const key = keyOf(range);
  if (isQueued(peer, key)) return true;
  const answer = content === null ? "refuse" : answerTo(ctx, peer, content, range[0]);
  if (answer === "keep") keep(ctx, peer, key, range);
  if (answer === "serve") peer.uploads.set(key, range);
  return answer !== "refuse";
}

function answerTo(ctx: Context, peer: PeerState, content: Content, piece: number): Answer {
  const queued = queuesOf(peer).reduce((sum, queue) => sum + queue.size, 0);
  const able = !peer.amChoking && getBit(content.have, piece) && queued < ctx.limits.queuedRequests;
  return able ? answerAsSole(ctx, peer, content, piece) : "refuse";
}

function isInside({ table }: Content, [piece, offset, length]: BlockRange): boolean {
  return piece < table.count && length >= 1 && length <= MAX_BLOCK_SIZE && offset + length <= table.length(piece);
}
