import { getBit } from "@starling/protocol";
import { tellPieces } from "./announcements.ts";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/**
 * The first seed is the only source of every piece, and its uplink the bottleneck of all: a piece sent twice delays one
 * that nobody has. So while some piece is at none of the peers, a sole seed whose uplink is asked for by several
 * - refuses what was promised to another peer or is at one already, once to each peer;
 * - does so with pieces that nobody has, of a peer that has not passed on what it got, while it lags behind others that
 *   wait. Among few peers it keeps such requests instead, until it has, or the line would stand idle (kept-requests.ts);
 *   there also those of peers that pass on much more slowly than others: in the end all would wait for what they hold.
 * The refused peer asks for something else (a round trip, with other requests outstanding), gets the piece from its
 * holder, and is told of it again after a while. BEP 16 reaches the same by hiding pieces, but has to guess how many to
 * show to each peer, and shows people a source that has hardly anything; docs/decisions/0010-sole-seed.md compares them.
 */

/** Pieces that a peer may hold alone while others hold fewer: measured, decision 0010. */
const HELD_ALONE = 1;

/** The same while the uplink idles, for a peer that has just passed on a piece: measured, decision 0010. */
const HELD_WHILE_IDLE = 2;

/** How long ago that may be, in ms: some times what passing on takes in browsers. Not varied. */
const PASSED_ON_MS = 2_000;

/** Among few peers, who takes so many times longer to pass on a piece than another: measured, decision 0023. */
const SLOWER = 2;

/** What the latest piece counts in the mean time of passing on. Not varied. */
const LATEST = 1 / 4;

/**
 * Whoever was unchoked and gained nothing for so many ms is no longer waited for: it wants nothing, or stalls, or keeps to
 * itself what it has, and others would get nothing for its sake.
 */
const GAIN_MS = 5_000;

/**
 * Peers among whom requests are kept: with few there are moments in which all are refused and the line is empty. With many
 * somebody always asks, and what peers get follows what they give more closely without: measured, decision 0017.
 */
const FEW = 8;

/** What becomes of a request. */
export type Answer = "serve" | "keep" | "refuse";

/**
 * What becomes of a request for a piece that we have. One that is served and that no peer has is promised to this one.
 * @param idle the line would stand idle: the peer may hold more alone.
 */
export function answerAsSole(ctx: Context, peer: PeerState, content: Content, piece: number, idle = false): Answer {
  const { share } = peer;
  if (peer.withheld.has(piece)) return "refuse";
  // What the catalog's pieces say is wanted by everybody at once.
  if (piece < content.table.manifest.catalogPieces) return "serve";
  if (!isSole(share, content) || !someUnspread(share, content)) return "serve";
  const holder = share.promised.get(piece)?.holder;
  if (holder === peer) return "serve";
  if (holder !== undefined || (content.picker.availability[piece] ?? 0) > 0) return answerRepeat(peer, piece);
  if (idle || !hoards(ctx, peer)) {
    share.promised.set(piece, { holder: peer, since: ctx.now });
    return "serve";
  }
  if (share.peers.size <= FEW) return "keep";
  peer.withheld.add(piece);
  return "refuse";
}

/** Refused once is enough: whoever asks again after a round of the choker could not get it elsewhere. */
function answerRepeat(peer: PeerState, piece: number): Answer {
  if (peer.refused.has(piece) || !othersWait(peer)) return "serve";
  peer.refused.add(piece);
  peer.withheld.add(piece);
  return "refuse";
}

/** Promises to a peer that is choked or gone hold no longer. */
export function breakPromises(peer: PeerState): void {
  const { promised } = peer.share;
  for (const [piece, { holder }] of promised) if (holder === peer) promised.delete(piece);
  peer.heldAlone = 0;
  peer.share.spreadTo = 0;
}

/** A peer told of pieces: what is at two peers is spread, and who passed it on may have more. Returns whether anybody may. */
export function afterSpread(ctx: Context, share: ShareState): boolean {
  const { content, promised } = share;
  if (content === null || promised.size === 0) return false;
  recount(ctx, share, content);
  if (someUnspread(share, content)) offerNew(ctx, share);
  else forgetPromises(ctx, share);
  return true;
}

/** Every piece is at some peer. */
function forgetPromises(ctx: Context, share: ShareState): void {
  share.promised.clear();
  for (const peer of share.peers.values()) {
    peer.heldAlone = 0;
    peer.refused.clear();
  }
  offerWithheld(ctx, share);
}

/** Which promises are kept, and who holds pieces alone. */
function recount(ctx: Context, { peers, promised }: ShareState, { picker }: Content): void {
  for (const peer of peers.values()) peer.heldAlone = 0;
  for (const [piece, { holder, since }] of promised) {
    const copies = picker.availability[piece] ?? 0;
    if (copies > 1) {
      promised.delete(piece);
      passedOn(holder, ctx.now - since, ctx.now);
    } else holder.heldAlone += copies;
  }
}

function passedOn(holder: PeerState, took: number, now: number): void {
  holder.passedOnAt = now;
  holder.passOnMs += (took - holder.passOnMs) * (holder.passOnMs === 0 ? 1 : LATEST);
}

/** Looks at every tick whether the uplink is idle, so that repeats delay nothing, and whether those waited for gain nothing. */
export function offerInTime(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) if (waits(peer)) return offerNew(ctx, share);
  offerWithheld(ctx, share);
}

/** Tells those that hoard no longer of the pieces that nobody has. */
function offerNew(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) {
    if (peer.withheld.size > 0 && !hoards(ctx, peer)) offer(ctx, peer, (piece) => !peer.refused.has(piece));
  }
}

/** Tells peers again of what was refused to them. */
export function offerWithheld(ctx: Context, share: ShareState): void {
  for (const peer of share.peers.values()) offer(ctx, peer, () => true);
}

function offer(ctx: Context, peer: PeerState, fits: (piece: number) => boolean): void {
  const pieces: number[] = [];
  for (const piece of peer.withheld) {
    if (!fits(piece)) continue;
    peer.withheld.delete(piece);
    if (!getBit(peer.bits, piece)) pieces.push(piece);
  }
  tellPieces(ctx, peer, pieces);
}

/** We have everything, no peer has, and at least two want something. */
function isSole(share: ShareState, content: Content): boolean {
  if (share.haveCount < content.table.count || content.picker.seeds > 0) return false;
  let takers = 0;
  for (const peer of share.peers.values()) {
    if (peer.joined && peer.haveCount === content.table.count) return false;
    if (peer.peerInterested) takers++;
  }
  return takers > 1;
}

/** Whether some piece is at no peer. Looks on where the last call stopped: the work is one pass over all calls. */
function someUnspread(share: ShareState, content: Content): boolean {
  const { availability } = content.picker;
  while (share.spreadTo < content.table.count && (availability[share.spreadTo] ?? 0) > 0) share.spreadTo++;
  return share.spreadTo < content.table.count;
}

/** Whether it holds many pieces alone while somebody holds fewer, or for long: the uplink serves those who pass on. */
function hoards(ctx: Context, peer: PeerState): boolean {
  if (peer.share.peers.size <= FEW && isSlow(ctx, peer)) return true;
  if (peer.heldAlone < HELD_ALONE || mayHoldMore(ctx, peer)) return false;
  for (const other of others(peer)) {
    if (other.peerInterested && other.heldAlone < peer.heldAlone && gains(ctx, other)) return true;
  }
  return false;
}

/** Whether another that wants pieces passes them on much faster. */
function isSlow(ctx: Context, peer: PeerState): boolean {
  for (const other of others(peer)) {
    const isFaster = other.passOnMs > 0 && other.passOnMs * SLOWER < peer.passOnMs;
    if (isFaster && other.peerInterested && gains(ctx, other)) return true;
  }
  return false;
}

/** Passing on takes a while however fast the peers' lines are; meanwhile the uplink would have nothing to send. */
function mayHoldMore(ctx: Context, peer: PeerState): boolean {
  const passesOn = ctx.now - peer.passedOnAt < PASSED_ON_MS;
  return passesOn && peer.heldAlone < HELD_WHILE_IDLE && !waits(peer) && !othersWait(peer);
}

function gains(ctx: Context, peer: PeerState): boolean {
  return ctx.now - Math.max(peer.gainedAt, peer.chokeChangedAt) < GAIN_MS;
}

/** Whether another peer waits for our uplink. */
function othersWait(asking: PeerState): boolean {
  for (const peer of others(asking)) if (waits(peer)) return true;
  return false;
}

function waits(peer: PeerState): boolean {
  return peer.uploads.size + peer.ready.size + peer.parked.size > 0 || peer.link.queuedBytes > 0;
}

function* others(asking: PeerState): Iterable<PeerState> {
  for (const peer of asking.share.peers.values()) if (peer !== asking && !peer.amChoking) yield peer;
}
