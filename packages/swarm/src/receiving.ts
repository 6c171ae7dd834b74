import {
  type BlockMessage,
  DecodeError,
  type NodeId,
  nodeIdFromBytes,
  type PieceSet,
  type SwarmMessage,
} from "@starling/protocol";
import { onCancel, onRequest } from "./answering.ts";
import { onReject, takeBlock } from "./arrivals.ts";
import { onDontHave, onHave } from "./availability.ts";
import { banPeer, dropPeer } from "./bans.ts";
import { onInterested, onNotInterested } from "./choking.ts";
import type { Context } from "./context.ts";
import { addCandidates } from "./dialing.ts";
import { onJoin, onLeave } from "./joining.ts";
import { blockKey } from "./limits.ts";
import type { Link } from "./link.ts";
import { fetchManifest, onManifestChunk, onManifestRequest } from "./manifest-exchange.ts";
import type { PeerState } from "./peer-state.ts";
import { refill, refillShare } from "./requester.ts";
import { afterSpread } from "./sole-seed.ts";
import { learnManifest } from "./taking-part.ts";
import { pump } from "./uploader.ts";
import { verify } from "./verification.ts";

/** What a peer may send behind its join before it has ours. */
const EARLY: ReadonlySet<string> = new Set(["manifest-request", "interested"]);

type MessageOfShare = Exclude<SwarmMessage, { type: "join" | "leave" }>;

export function receiveBlock(ctx: Context, id: NodeId, block: BlockMessage): void {
  const link = ctx.links.get(id);
  if (link === undefined) return;
  const peer = link.byRemote.get(block.share);
  if (peer === undefined) return departedBlock(ctx, link, block);
  const taken = takeBlock(ctx, peer, block);
  if (typeof taken === "string") return dropPeer(ctx, id, taken);
  if (taken !== null) verify(ctx, peer.share, taken);
  refill(ctx, peer);
}

/** Whoever breaks the protocol by a message loses the link. */
export function receiveMessage(ctx: Context, id: NodeId, message: SwarmMessage): void {
  const link = ctx.links.get(id);
  if (link === undefined) return;
  try {
    const breach = take(ctx, link, message);
    if (breach !== null) dropPeer(ctx, id, breach);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    dropPeer(ctx, id, error.code);
  }
}

/** A block of a share that one side left: fine if it had been asked for. */
function departedBlock(ctx: Context, link: Link, { share, piece, offset }: BlockMessage): void {
  const listed = link.departed.get(share);
  if (listed?.delete(blockKey(piece, offset)) !== true) dropPeer(ctx, link.peer, "unrequested-block");
}

/** Returns a reason to end the link, or null. */
function take(ctx: Context, link: Link, message: SwarmMessage): string | null {
  if (message.type === "join") return onJoin(ctx, link, message);
  if (message.type === "leave") return onLeave(ctx, link, message);
  const peer = link.byRemote.get(message.share);
  // A share that we have left: what the peer sent before it heard of it.
  if (peer === undefined) return null;
  // What else follows a join answers ours, at once.
  if (!peer.heard && !EARLY.has(message.type)) peer.greeted(ctx.now - peer.joinSentAt);
  return takeOfShare(ctx, peer, message);
}

function takeOfShare(ctx: Context, peer: PeerState, message: MessageOfShare): string | null {
  switch (message.type) {
    case "have":
      return takeHave(ctx, peer, message.pieces);
    case "donthave":
      return onDontHave(ctx, peer, message.pieces);
    case "request":
      return onRequest(ctx, peer, message);
    case "cancel":
      onCancel(ctx, peer, message.blocks);
      return null;
    case "reject":
      onReject(ctx, peer, message.blocks);
      refillShare(ctx, peer.share);
      return null;
    case "peers":
      addCandidates(ctx, peer.share, message.ids.map(nodeIdFromBytes));
      return null;
    case "manifest-request":
      return onManifestRequest(ctx, peer, message);
    case "manifest":
      return takeManifest(ctx, peer, message);
    default:
      return takeState(ctx, peer, message.type);
  }
}

function takeHave(ctx: Context, peer: PeerState, pieces: PieceSet): string | null {
  const breach = onHave(ctx, peer, pieces);
  peer.refusals = 0;
  fetchManifest(ctx, peer.share);
  if (afterSpread(ctx, peer.share)) pump(ctx);
  refill(ctx, peer);
  return breach;
}

function takeState(ctx: Context, peer: PeerState, type: "interested" | "notinterested" | "choke" | "unchoke"): null {
  if (type === "interested") onInterested(ctx, peer);
  else if (type === "notinterested") onNotInterested(ctx, peer);
  else peer.peerChoking = type === "choke";
  if (type === "unchoke") {
    peer.unchokedUsAt = ctx.now;
    refill(ctx, peer);
  }
  return null;
}

function takeManifest(ctx: Context, peer: PeerState, message: Parameters<typeof onManifestChunk>[2]): string | null {
  const result = onManifestChunk(ctx, peer, message);
  if (result === null || result === "manifest-chunk" || result === "manifest-size") return result;
  if (result === "wrong-manifest") banPeer(ctx, peer.share, peer.id, result);
  else learnManifest(ctx, peer.share, result, true);
  return null;
}
