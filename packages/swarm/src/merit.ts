import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";

/** Of who gave nothing yet: newcomers need pieces before they can give. Measured, decision 0023. */
const LEAST = 0.2;
/** Seconds over which gifts count (tit-for-tat, Cohen 2003). */
const SECONDS = 20;

/** Useful bytes that a peer gave us lately: what its upload slot and its part of our uplink go by. */
export function givenBy(ctx: Context, peer: PeerState): number {
  return peer.down.recent(SECONDS, ctx.now);
}

/**
 * The part of our uplink that a peer gets beside the one of its share that gave us most: what it gave over what that one
 * gave, 0.2 to 1 (proportional share: Levin et al. 2008, "BitTorrent is an auction"). The choker only says who is served
 * at all, and among few peers that is everybody. Who fetches nothing serves all alike.
 */
export function meritOf(ctx: Context, peer: PeerState): number {
  if (!peer.share.incomplete) return 1;
  let most = 0;
  for (const other of peer.share.peers.values()) most = Math.max(most, givenBy(ctx, other));
  return most === 0 ? 1 : Math.max(LEAST, givenBy(ctx, peer) / most);
}
