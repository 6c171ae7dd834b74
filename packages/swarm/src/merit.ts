import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";

/** Of who gave nothing yet: newcomers need pieces before they can give. Measured, decision 0023. */
const LEAST = 0.2;
/** Seconds over which gifts count, as for the choker. */
const SECONDS = 20;

/**
 * The part of our uplink that a peer gets beside the one of its share that gave us most: what it gave over what that one
 * gave, 0.2 to 1 (proportional share: Levin et al. 2008, "BitTorrent is an auction"). The choker only says who is served
 * at all, and among few peers that is everybody. Who fetches nothing serves all alike.
 */
export function meritOf(ctx: Context, peer: PeerState): number {
  if (!peer.share.incomplete) return 1;
  let most = 0;
  for (const { down } of peer.share.peers.values()) most = Math.max(most, down.recent(SECONDS, ctx.now));
  return most === 0 ? 1 : Math.max(LEAST, peer.down.recent(SECONDS, ctx.now) / most);
}
