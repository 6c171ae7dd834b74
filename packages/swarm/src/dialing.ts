import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import { joinLinked } from "./joining.ts";
import type { ShareState } from "./share-state.ts";

/** Adds candidates and dials as many as the share may have. */
export function addCandidates(ctx: Context, share: ShareState, ids: readonly NodeId[]): void {
  for (const id of ids) if (id !== ctx.self && !share.banned.has(id)) share.candidates.add(id);
  dial(ctx, share);
}

/** Asks for links up to the cap while something is left to fetch; joins candidates that are linked already. */
export function dial(ctx: Context, share: ShareState): void {
  if (share.paused || !share.incomplete) return;
  let open = ctx.limits.wantedLinks - share.peers.size - pending(share);
  for (const [id, candidate] of share.candidates.entries()) {
    if (candidate.notBefore > ctx.now || share.peers.has(id)) continue;
    if (!candidate.wanted) {
      if (open <= 0) continue;
      open--;
      share.candidates.setWanted(id, true, ctx.now);
      ctx.emit({ type: "want-link", peer: id, root: share.root });
    }
    joinLinked(ctx, share, id);
  }
}

function pending(share: ShareState): number {
  let count = 0;
  for (const [id, candidate] of share.candidates.entries()) if (candidate.wanted && !share.peers.has(id)) count++;
  return count;
}
