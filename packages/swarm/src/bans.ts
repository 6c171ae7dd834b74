import type { NodeId } from "@starling/protocol";
import { release } from "./candidates.ts";
import type { Context } from "./context.ts";
import { linkDown } from "./joining.ts";
import type { ShareState } from "./share-state.ts";

/** Ends a link for a breach; its shares may try the peer again later. */
export function dropPeer(ctx: Context, id: NodeId, reason: string): void {
  end(ctx, id, reason, false);
}

/** The peer sent wrong bytes: it takes no more part in this share. */
export function banPeer(ctx: Context, share: ShareState, id: NodeId, reason: string): void {
  share.banned.add(id);
  release(ctx, share, id);
  share.candidates.delete(id);
  end(ctx, id, reason, true);
  checkHonestSource(ctx, share);
}

/** All sources lied, and none is left to try: says so once. A source that turns up later is used all the same. */
export function checkHonestSource(ctx: Context, share: ShareState): void {
  if (share.failed || share.banned.size === 0 || !share.incomplete) return;
  if (share.peers.size > 0 || share.candidates.anyUntried) return;
  share.failed = true;
  ctx.emit({ type: "failed", root: share.root, reason: "no-honest-source" });
}

function end(ctx: Context, id: NodeId, reason: string, ban: boolean): void {
  ctx.emit({ type: "drop", peer: id, reason, ban });
  linkDown(ctx, id);
  for (const share of ctx.shares.values()) {
    share.candidates.defer(id, ctx.now + ctx.limits.rejoinAfter);
    release(ctx, share, id);
  }
}
