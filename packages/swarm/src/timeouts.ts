import { disclaim, updateInterest } from "./availability.ts";
import type { Context } from "./context.ts";
import type { Outstanding, PeerState } from "./peer-state.ts";
import { refillShare, releaseRequests, retire } from "./requester.ts";
import type { ShareState } from "./share-state.ts";

/** Timeouts as multiples of the response time that the peer has shown. */
const PATIENCE = 4;
/** A peer that answers others is given so many timeouts for one request. */
const SKIPPED = 3;

/**
 * Looks for unanswered requests. A silent peer loses all of them and is asked one at a time until it answers; one that
 * answers others loses the overdue one. Either way its claim to the piece is cleared and it gets a strike. Returns
 * the peers whose strikes are up.
 */
export function timeOut(ctx: Context, share: ShareState): PeerState[] {
  let changed = false;
  const out: PeerState[] = [];
  for (const peer of share.peers.values()) {
    const oldest = oldestLive(peer);
    if (oldest === null || !strike(ctx, peer, oldest)) continue;
    changed = true;
    peer.strikes++;
    updateInterest(ctx, peer);
    if (peer.strikes >= ctx.limits.strikes) out.push(peer);
  }
  if (changed) refillShare(ctx, share);
  return out;
}

function strike(ctx: Context, peer: PeerState, oldest: Outstanding): boolean {
  const patience = patienceWith(ctx, peer);
  const silence = ctx.now - Math.max(oldest.at, peer.lastBlockAt, ctx.awakeSince);
  const age = ctx.now - Math.max(oldest.at, ctx.awakeSince);
  if (silence < patience && age < SKIPPED * patience) return false;
  const { content } = peer.share;
  for (const entry of peer.outstanding.values()) {
    if (!entry.live || ctx.now - entry.at < Math.min(age, SKIPPED * patience)) continue;
    disclaim(peer, content, entry.begun.index);
    retire(ctx, peer, entry);
  }
  if (silence >= patience) {
    releaseRequests(ctx, peer);
    peer.snubbed = true;
    peer.window.reset();
  }
  return true;
}

function patienceWith(ctx: Context, peer: PeerState): number {
  if (peer.lastBlockAt === 0) return ctx.limits.firstRequestTimeout;
  const { window } = peer;
  const expected =
    window.rate > 0 ? Math.max(window.expected, (peer.outstandingBytes / window.rate) * 1000) : window.expected;
  return Math.max(ctx.limits.requestTimeout, PATIENCE * expected);
}

function oldestLive(peer: PeerState): Outstanding | null {
  if (peer.outstandingCount === 0) return null;
  for (const entry of peer.outstanding.values()) if (entry.live) return entry;
  return null;
}
