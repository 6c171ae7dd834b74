import { type BlockRange, getBit, MAX_BLOCK_SIZE, type SwarmMessage } from "@starling/protocol";
import type { Context } from "./context.ts";
import { blockKey } from "./limits.ts";
import type { PeerState } from "./peer-state.ts";
import type { Content } from "./share-state.ts";
import { type Answer, answerAsSole } from "./sole-seed.ts";
import { keep, queuesOf, reject, take } from "./upload-queues.ts";
import { pump } from "./uploader.ts";

type Request = Extract<SwarmMessage, { type: "request" }>;

/** Queues requests, or rejects them. Returns a reason to end the link if one is malformed. */
export function onRequest(ctx: Context, peer: PeerState, message: Request): string | null {
  const { blocks, samples } = message;
  const { content } = peer.share;
  ctx.governor.reported(peer.flow, samples, ctx.now);
  peer.link.arrived();
  const rejected: BlockRange[] = [];
  for (const range of blocks) {
    if (content !== null && !isInside(content, range)) return "bad-request-range";
    const key = blockKey(range[0], range[1]);
    if (queuesOf(peer).some((queue) => queue.has(key))) return "requested-twice";
    const answer = content === null ? "refuse" : answerTo(ctx, peer, content, range[0]);
    if (answer === "refuse") rejected.push(range);
    else if (answer === "keep") keep(ctx, peer, key, range);
    else peer.uploads.set(key, range);
  }
  reject(ctx, peer, rejected);
  pump(ctx);
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
  pump(ctx);
}

function answerTo(ctx: Context, peer: PeerState, content: Content, piece: number): Answer {
  const queued = queuesOf(peer).reduce((sum, queue) => sum + queue.size, 0);
  const able = !peer.amChoking && getBit(content.have, piece) && queued < ctx.limits.queuedRequests;
  return able ? answerAsSole(ctx, peer, content, piece) : "refuse";
}

function isInside({ table }: Content, [piece, offset, length]: BlockRange): boolean {
  return piece < table.count && length >= 1 && length <= MAX_BLOCK_SIZE && offset + length <= table.length(piece);
}
