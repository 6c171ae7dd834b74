import { getBit } from "@starling/protocol";
import type { Content } from "./content.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";
import type { PeerView, ShareView } from "./view.ts";

/** A share as it is now. Its cost is in pieces and peers: meant for once a frame. */
export function viewOf(share: ShareState, now: number): ShareView {
  const { content } = share;
  return {
    peers: [...share.peers.values()].filter((peer) => peer.joined).map((peer) => peerView(peer, now)),
    have: content === null ? null : content.have.slice(),
    bytesDownloaded: share.down.total,
    bytesUploaded: share.up.total,
    downRate: share.down.rate(now),
    upRate: share.up.rate(now),
    copies: content === null ? 0 : copies(content),
    blockedBy: share.blockedBy,
  };
}

function peerView(peer: PeerState, now: number): PeerView {
  const content = peer.share.content;
  const completion = content === null || !peer.toldHave ? null : peer.haveCount / Math.max(1, content.table.count);
  return {
    peer: peer.id,
    completion,
    amChoking: peer.amChoking,
    amInterested: peer.amInterested,
    peerChoking: peer.peerChoking,
    peerInterested: peer.peerInterested,
    downRate: peer.down.rate(now),
    upRate: peer.up.rate(now),
    bytesDownloaded: peer.down.total,
    bytesUploaded: peer.up.total,
  };
}

function copies({ table, have, picker }: Content): number {
  let least = Number.POSITIVE_INFINITY;
  for (let piece = 0; piece < table.count; piece++) {
    const held = (picker.availability[piece] ?? 0) + (getBit(have, piece) ? 1 : 0);
    if (held < least) least = held;
  }
  return picker.seeds + (Number.isFinite(least) ? least : 1);
}
