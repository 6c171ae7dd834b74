import type { Context } from "./context.ts";
import type { ShareState } from "./share-state.ts";

/** Asks for providers when it is time: often without a source, seldom with one. */
export function findProviders(ctx: Context, share: ShareState): void {
  if (share.paused || !share.incomplete || ctx.now < share.nextFind) return;
  share.nextFind = ctx.now + (hasSource(share) ? ctx.limits.findEveryWithSource : ctx.limits.findEvery);
  ctx.emit({ type: "find-providers", root: share.root });
}

/** The last source went: do not wait for the next regular search. */
export function sourceLost(ctx: Context, share: ShareState): void {
  if (!hasSource(share)) share.nextFind = Math.min(share.nextFind, ctx.now + ctx.limits.findEvery);
}

function hasSource(share: ShareState): boolean {
  for (const peer of share.peers.values()) {
    if (peer.joined && (share.content === null ? peer.toldHave : peer.useful > 0)) return true;
  }
  return false;
}
