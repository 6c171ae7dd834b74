import { idBytes, MAX_PEX_IDS } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/** Tells a peer up to 16 others that joined the share, chosen at random. */
export function exchangePeers(ctx: Context, peer: PeerState): void {
  const ids: Uint8Array[] = [];
  const others = [...peer.share.peers.values()].filter((other) => other.joined && other !== peer);
  while (ids.length < MAX_PEX_IDS && others.length > 0) {
    const [other] = others.splice(Math.floor(ctx.random() * others.length), 1);
    if (other !== undefined) ids.push(idBytes(other.id));
  }
  if (ids.length > 0) ctx.send(peer, { type: "peers", share: peer.localNumber, ids });
}

/** Every minute, to all joined peers. */
export function exchangePeersOf(ctx: Context, share: ShareState): void {
  if (ctx.now < share.nextPeerExchange) return;
  share.nextPeerExchange = ctx.now + ctx.limits.peerExchangeEvery;
  for (const peer of share.peers.values()) if (peer.joined) exchangePeers(ctx, peer);
}
