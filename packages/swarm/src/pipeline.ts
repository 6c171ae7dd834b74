import type { Context } from "./context.ts";
import { MAX_OUTSTANDING, SMALL_BLOCK, SMALL_REQUESTS } from "./limits.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/** The window is refilled once this part of it is free. */
const REFILL_PART = 1 / 8;
/**
 * Delay samples wait for a request that takes them along, for so many ms' worth of blocks at most: what is not reported counts
 * as under way, and the sender's governor keeps only 60 ms' worth under way to all its peers. When samples went back in fours,
 * four receivers could hold back all that its window took, and nothing moved for a second (docs/decisions/0022).
 */
const REPORT_MS = 10;
/**
 * Who refused so often in a row gives nothing new for now, as a sole seed does: it is asked again once it tells of pieces,
 * or after so many ms. Four receivers on one machine otherwise sent a third of their requests in vain.
 */
const REFUSALS = 3;
const REFUSED_MS = 1_000;

/** Whether the limits of speed allow to ask for more now. */
export function isWithinLimits(ctx: Context, share: ShareState): boolean {
  return ctx.speed.down.mayTake(ctx.now) && share.speed.down.mayTake(ctx.now);
}

/** Whether there is something that the peer may be asked for. */
export function mayAsk(peer: PeerState): boolean {
  return peer.joined && !peer.peerChoking && peer.useful > 0 && peer.share.fetching && peer.refusals < REFUSALS;
}

/** Whether a peer that refused may be asked again. */
export function mayAskAgain(ctx: Context, peer: PeerState): boolean {
  return peer.refusals >= REFUSALS && ctx.now - peer.refusedAt >= REFUSED_MS;
}

/** Whether so much of the peer's window is free that requests are worth a message. */
export function wantsRefill(peer: PeerState): boolean {
  if (peer.snubbed) return peer.outstandingCount === 0;
  return (
    peer.outstandingBytes + peer.cancelledBytes <= (1 - REFILL_PART) * peer.window.bytes ||
    (isSmall(peer) && peer.outstandingCount < 0.75 * SMALL_REQUESTS)
  );
}

/** Whether one request more may be outstanding with the peer. */
export function hasRoom(peer: PeerState): boolean {
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

/** The peer's governor waits for samples, whether there is anything to ask for or not. */
export function reportIsDue(peer: PeerState): boolean {
  if (!peer.joined || peer.samples.length === 0) return false;
  return peer.outstandingCount === 0 || peer.unreportedBytes * 1000 >= peer.window.rate * REPORT_MS;
}
