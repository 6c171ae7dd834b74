import { disclaim } from "./availability.ts";
import type { Context } from "./context.ts";
import { updateInterest } from "./interest.ts";
import type { Outstanding } from "./outstanding.ts";
import { orphanPieces, retire } from "./outstanding.ts";
import type { PeerState } from "./peer-state.ts";
import { refillShare } from "./requester.ts";
import type { ShareState } from "./share-state.ts";

/** Time-outs as multiples of the time that the peer has shown to need. */
const PATIENCE = 4;
/** Each strike in a row doubles the patience: somebody slow, of whom nothing came yet, is not to be asked for ever anew. */
const BACK_OFF = 2;
/** A peer that answers others is given so many timeouts for one request. */
const SKIPPED = 3;

/**
 * Looks for unanswered requests. A silent peer's blocks go back to the others and it is asked for one at a time until it
 * answers; what it sends late is taken all the same. One that answers others loses the overdue block, and its claim to
 * the piece. Either gets a strike, which its next block takes back. Returns the peers whose strikes are up.
 */
export function timeOut(ctx: Context, share: ShareState): PeerState[] {
  let changed = false;
  const out: PeerState[] = [];
  for (const peer of share.peers.values()) {
    const oldest = oldestLive(peer);
    if (oldest === null || !strike(ctx, peer, oldest)) continue;
    changed = true;
    peer.strikes++;
    peer.struckAt = ctx.now;
    updateInterest(ctx, peer);
    if (peer.strikes >= ctx.limits.strikes) out.push(peer);
  }
  if (changed) refillShare(ctx, share);
  return out;
}

function strike(ctx: Context, peer: PeerState, oldest: Outstanding): boolean {
  const patience = patienceWith(ctx, peer);
  const since = Math.max(peer.struckAt, ctx.awakeSince);
  if (ctx.now - Math.max(oldest.at, peer.lastBlockAt, since) >= patience) {
    for (const entry of peer.outstanding.values()) retire(ctx, peer, entry);
    orphanPieces(ctx, peer);
    peer.snubbed = true;
    peer.window.reset();
    return true;
  }
  return ctx.now - Math.max(oldest.at, since) >= SKIPPED * patience && skip(ctx, peer, SKIPPED * patience);
}

/** Gives up what the peer passed over: it may not have it. */
function skip(ctx: Context, peer: PeerState, patience: number): boolean {
  for (const entry of peer.outstanding.values()) {
    if (!entry.live || ctx.now - entry.at < patience) continue;
    disclaim(peer, peer.share.content, entry.begun.index);
    retire(ctx, peer, entry);
  }
  return true;
}

/** Ms. What is expected of a peer before its first block is a short answer: it is asked for small blocks first. */
function patienceWith(ctx: Context, { window, outstandingBytes, strikes }: PeerState): number {
  const transfer = window.rate > 0 ? (outstandingBytes / window.rate) * 1000 : 0;
  const expected = Math.max(window.expected, transfer);
  return Math.max(ctx.limits.requestTimeout, PATIENCE * expected) * BACK_OFF ** strikes;
}

function oldestLive(peer: PeerState): Outstanding | null {
  if (peer.outstandingCount === 0) return null;
  for (const entry of peer.outstanding.values()) if (entry.live) return entry;
  return null;
}
