import { equalBytes, joinProof, type NodeId, type SwarmMessage, toHex } from "@starling/protocol";
import { sendHaveSet } from "./announcements.ts";
import { forgetBits } from "./availability.ts";
import { fillSlots } from "./choking.ts";
import type { Context } from "./context.ts";
import { expectPieces } from "./interest.ts";
import { MAX_DECLINED } from "./limits.ts";
import { Link } from "./link.ts";
import { expectManifest, manifestSourceLost } from "./manifest-exchange.ts";
import { releaseRequests } from "./outstanding.ts";
import { measurePath } from "./path-measuring.ts";
import { exchangePeers } from "./peer-exchange.ts";
import { PeerState } from "./peer-state.ts";
import { sourceLost } from "./provider-search.ts";
import { refillShare } from "./requester.ts";
import type { ShareState } from "./share-state.ts";
import { breakPromises } from "./sole-seed.ts";
import { forgetUploads } from "./upload-queues.ts";

type Join = Extract<SwarmMessage, { type: "join" }>;
type Leave = Extract<SwarmMessage, { type: "leave" }>;

/** Joins a candidate that is linked; the side that wants a share speaks first. */
export function joinLinked(ctx: Context, share: ShareState, id: NodeId): void {
  const link = ctx.links.get(id);
  if (link === undefined || share.paused || share.peers.has(id) || share.banned.has(id)) return;
  const peer = sendJoin(ctx, share, link);
  if (!share.incomplete) return;
  // In this order, so that we are unchoked before the manifest is on its way, and the catalog may follow.
  expectPieces(ctx, peer);
  expectManifest(ctx, peer);
}

/** We take part from now on: peers that joined too early need not find out by themselves. */
export function joinDeclined(ctx: Context, share: ShareState): void {
  if (share.paused) return;
  for (const link of ctx.links.values()) {
    const proof = link.declined.get(share.tagHex);
    if (proof === undefined) continue;
    link.declined.delete(share.tagHex);
    if (proof === null || proves(ctx, link, share, proof)) joinLinked(ctx, share, link.peer);
  }
}

/** Joins go out a round trip before the link is up, unless an older link of the peer stands. */
export function linkOpening(ctx: Context, peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array): void {
  if (ctx.links.has(peer)) return;
  const link = new Link(peer, localNonce, remoteNonce);
  link.isOpening = true;
  ctx.links.set(peer, link);
  joinCandidate(ctx, peer);
}

export function linkUp(ctx: Context, peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array): void {
  const opening = ctx.links.get(peer);
  const isKnown = opening?.isOpening === true && equalBytes(opening.localNonce, localNonce);
  if (!isKnown) linkDown(ctx, peer);
  const link = isKnown ? opening : new Link(peer, localNonce, remoteNonce);
  link.isOpening = false;
  ctx.links.set(peer, link);
  measurePath(ctx, link);
  joinCandidate(ctx, peer);
}

/** Every share that wants something joins its candidate. */
function joinCandidate(ctx: Context, peer: NodeId): void {
  for (const share of ctx.shares.values()) {
    if (share.incomplete && share.candidates.has(peer)) joinLinked(ctx, share, peer);
  }
}

/** All of the link's requests go back at once. */
export function linkDown(ctx: Context, id: NodeId): void {
  const link = ctx.links.get(id);
  if (link === undefined) return;
  ctx.links.delete(id);
  for (const peer of [...link.members.values()]) {
    peer.share.candidates.touch(id, ctx.now);
    removeMember(ctx, peer);
  }
}

/** Returns a reason to end the link, or null. */
export function onJoin(ctx: Context, link: Link, message: Join): string | null {
  const share = ctx.sharesByTag.get(toHex(message.tag));
  if (link.byRemote.has(message.share)) return "share-number-taken";
  if (share === undefined || share.paused || share.banned.has(link.peer) || !proves(ctx, link, share, message.proof)) {
    if (share === undefined || share.paused) decline(link, toHex(message.tag), message.proof);
    ctx.emit({ type: "send", peer: link.peer, message: { type: "leave", share: 0, tag: message.tag } });
    return null;
  }
  const peer = link.members.get(share.root) ?? sendJoin(ctx, share, link);
  if (peer.joined) return "joined-twice";
  peer.remoteNumber = message.share;
  link.byRemote.set(message.share, peer);
  link.departed.delete(message.share);
  share.candidates.add(link.peer);
  share.candidates.joined(link.peer);
  sendHaveSet(ctx, peer);
  exchangePeers(ctx, peer);
  return null;
}

/** The peer left, or refuses our join. Returns a reason to end the link, or null. */
export function onLeave(ctx: Context, link: Link, message: Leave): string | null {
  const peer = message.tag === undefined ? link.byRemote.get(message.share) : memberByTag(ctx, link, message.tag);
  if (peer === undefined) return null;
  const claimed = peer.countedAsSeed ? 0 : peer.haveCount;
  peer.share.candidates.defer(link.peer, ctx.now + ctx.limits.rejoinAfter);
  removeMember(ctx, peer);
  return link.claims.spend(claimed, ctx.now);
}

/** We leave: the peer drops what we asked for, so nothing more is expected but what is under way. */
export function leave(ctx: Context, peer: PeerState): void {
  ctx.send(peer, { type: "leave", share: peer.localNumber });
  if (peer.joined) decline(peer.link, peer.share.tagHex, null);
  removeMember(ctx, peer);
}

/** Forgets a peer of a share, and gives back what it was asked for. */
function removeMember(ctx: Context, peer: PeerState): void {
  const { share, link } = peer;
  releaseRequests(ctx, peer);
  forgetUploads(ctx, peer);
  forgetBits(peer);
  breakPromises(peer);
  share.peers.delete(peer.id);
  if (peer.joined) share.acquaintances.remember(peer.id, peer, ctx.now);
  link.members.delete(share.root);
  if (peer.remoteNumber !== null) {
    link.byRemote.delete(peer.remoteNumber);
    if (peer.outstanding.size > 0) link.departed.set(peer.remoteNumber, peer.outstanding);
  }
  manifestSourceLost(ctx, peer);
  sourceLost(ctx, share);
  fillSlots(ctx, share);
  refillShare(ctx, share);
}

function memberByTag(ctx: Context, link: Link, tag: Uint8Array): PeerState | undefined {
  const share = ctx.sharesByTag.get(toHex(tag));
  return share === undefined ? undefined : link.members.get(share.root);
}

function sendJoin(ctx: Context, share: ShareState, link: Link): PeerState {
  const peer = new PeerState(link, share, ctx.now);
  share.peers.set(link.peer, peer);
  link.members.set(share.root, peer);
  const proof = joinProof({
    root: share.root,
    sender: ctx.self,
    receiver: link.peer,
    senderNonce: link.localNonce,
    receiverNonce: link.remoteNonce,
  });
  ctx.send(peer, { type: "join", share: peer.localNumber, tag: share.tag, proof });
  return peer;
}

function decline(link: Link, tag: string, proof: Uint8Array | null): void {
  const [oldest] = link.declined.keys();
  if (oldest !== undefined && link.declined.size >= MAX_DECLINED) link.declined.delete(oldest);
  link.declined.set(tag, proof);
}

function proves(ctx: Context, link: Link, share: ShareState, proof: Uint8Array): boolean {
  const expected = joinProof({
    root: share.root,
    sender: link.peer,
    receiver: ctx.self,
    senderNonce: link.remoteNonce,
    receiverNonce: link.localNonce,
  });
  return equalBytes(expected, proof);
}
