import { type BlockMessage, type BlockRange, MAX_DELAY_SAMPLES } from "@starling/protocol";
import { takeAnnounced } from "./announced-catalog.ts";
import { claim, disclaim } from "./availability.ts";
import type { BegunPiece } from "./begun-piece.ts";
import type { Context } from "./context.ts";
import { updateInterest } from "./interest.ts";
import { blockKey } from "./limits.ts";
import type { Outstanding } from "./outstanding.ts";
import { cancelRequest, leavePiece, settle } from "./outstanding.ts";
import type { PeerState } from "./peer-state.ts";
import { refill } from "./requester.ts";

/**
 * Takes a block. Returns the piece if this was its last block, or a reason to end the link: a block that was not asked
 * for, or of the wrong length.
 */
export function takeBlock(ctx: Context, peer: PeerState, message: BlockMessage): BegunPiece | string | null {
  const key = blockKey(message.piece, message.offset);
  const entry = peer.outstanding.get(key);
  const { length } = message.payload;
  if (entry === undefined) {
    return takeAnnounced(peer, [message.piece, message.offset, length]) ? null : "unrequested-block";
  }
  if (entry.length !== length) return "wrong-block-length";
  const late = !entry.live;
  settle(ctx, peer, key, entry);
  peer.refusals = 0;
  count(ctx, peer, message, entry);
  const { begun, block } = entry;
  // Given up as passed over, and yet it came: the peer has the piece and only is slow.
  if (late) claim(peer, peer.share.content, begun.index);
  if (begun.dropped || begun.received(block)) return null;
  // A piece in dispute takes blocks of its owner alone, so that a bad one tells who lied.
  if (begun.exclusive && begun.owner !== peer) return null;
  begun.receive(block, message.payload, peer.id);
  if (begun.free === 0) peer.share.open.delete(begun);
  if (begun.askedOf(block) > 0) cancelElsewhere(ctx, peer, key, entry);
  return begun.missing === 0 ? begun : null;
}

/** The peer will not send these blocks. */
export function onReject(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  const refused = new Set<BegunPiece>();
  for (const range of blocks) {
    const [piece, offset] = range;
    const key = blockKey(piece, offset);
    const entry = peer.outstanding.get(key);
    if (entry === undefined) {
      takeAnnounced(peer, range);
      continue;
    }
    const unexpected = entry.live && !peer.peerChoking;
    settle(ctx, peer, key, entry);
    // It unchokes us and yet refuses: believe the refusal, or the two of us would go round for ever.
    if (!unexpected) continue;
    disclaim(peer, peer.share.content, piece);
    refused.add(entry.begun);
  }
  if (refused.size > 0) {
    peer.refusals++;
    peer.refusedAt = ctx.now;
  }
  for (const begun of refused) leavePiece(ctx, peer, begun);
  updateInterest(ctx, peer);
}

function count(ctx: Context, peer: PeerState, message: BlockMessage, { at, announced }: Outstanding): void {
  const { length } = message.payload;
  peer.down.add(length, ctx.now);
  peer.share.down.add(length, ctx.now);
  peer.lastBlockAt = ctx.now;
  peer.snubbed = false;
  peer.strikes = 0;
  // One that was announced was on its way before we counted on it: it would seem to have taken no time.
  if (!announced) peer.window.received({ bytes: length, response: ctx.now - at, sentAt: message.sentAt }, ctx.now);
  if (peer.samples.length >= MAX_DELAY_SAMPLES) return;
  // Signed difference of two clocks modulo 2^32: only its changes mean anything.
  peer.samples.push([message.sentAt, (Math.floor(ctx.now) - message.sentAt) | 0]);
  peer.unreportedBytes += length;
}

function cancelElsewhere(ctx: Context, sender: PeerState, key: number, entry: Outstanding): void {
  for (const peer of sender.share.peers.values()) {
    const other = peer.outstanding.get(key);
    if (other === undefined || !other.live || other.begun !== entry.begun) continue;
    cancelRequest(ctx, peer, other);
    const offset = entry.begun.offsetOf(entry.block);
    ctx.send(peer, { type: "cancel", share: peer.localNumber, blocks: [[entry.begun.index, offset, entry.length]] });
    refill(ctx, peer);
  }
}
