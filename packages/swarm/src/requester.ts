import { type BlockRange, MAX_REQUEST_BLOCKS, type SwarmMessage } from "@starling/protocol";
import type { Context } from "./context.ts";
import { inEndgame } from "./endgame.ts";
import { nextBlock } from "./next-block.ts";
import { ask } from "./outstanding.ts";
import type { PeerState } from "./peer-state.ts";
import { hasRoom, isWithinLimits, mayAsk, mayAskAgain, reportIsDue, wantsRefill } from "./pipeline.ts";
import type { ShareState } from "./share-state.ts";

/** Blocks that follow one another on a busy link come within so many ms. */
const SILENCE_MS = 50;

/**
 * Fills a peer's request window when an eighth of it is free. Called from every input that may make room or give
 * something to ask for; from a timer only in the endgame ({@link askOthers}).
 */
export function refill(ctx: Context, peer: PeerState): void {
  if (!reportIsDue(peer) && !(mayAsk(peer) && wantsRefill(peer))) return;
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
  if (blocks.length > 0 || reportIsDue(peer)) sendRequest(ctx, peer, blocks);
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

/** In the endgame, in which a block may become overdue with nothing coming any more that would call for it. */
export function askOthers(ctx: Context, share: ShareState): void {
  if (inEndgame(share)) refillPeers(ctx, share);
}

/** Asks those again who refused a while ago. */
export function askRefusing(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) {
    if (!mayAskAgain(ctx, peer)) continue;
    peer.refusals = 0;
    refill(ctx, peer);
  }
}

/** Nothing comes any more: it may be our report that the peer's governor waits for. */
export function reportLate(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) {
    const waits = peer.joined && peer.samples.length > 0;
    if (waits && ctx.now - peer.lastBlockAt >= SILENCE_MS) sendRequest(ctx, peer, []);
  }
}

function sendRequest(ctx: Context, peer: PeerState, blocks: BlockRange[]): void {
  const message: SwarmMessage = { type: "request", share: peer.localNumber, blocks, samples: peer.samples };
  peer.samples = [];
  peer.unreportedBytes = 0;
  ctx.send(peer, message);
}
