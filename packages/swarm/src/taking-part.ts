import { DecodeError } from "@starling/protocol";
import { dropPeer } from "./bans.ts";
import { finishBegun } from "./begun-piece.ts";
import { Candidates, releaseAll } from "./candidates.ts";
import type { Context } from "./context.ts";
import { dial } from "./dialing.ts";
import type { SwarmInput } from "./inputs.ts";
import { joinDeclined, leave } from "./joining.ts";
import { findProviders } from "./provider-search.ts";
import { refillShare, refillStarved } from "./requester.ts";
import { startContent, updateAll } from "./selection.ts";
import { ShareState } from "./share-state.ts";
import { storeAgain } from "./verification.ts";

/** A share takes part from now on; one that does already is left as it is. */
export function addShare(ctx: Context, input: Extract<SwarmInput, { type: "add" }>): void {
  if (ctx.shares.has(input.root)) return;
  const { candidates, uploadSlots } = ctx.limits;
  const share = new ShareState(input.root, input.wanted, input.paused, new Candidates(candidates), uploadSlots);
  share.givenHave = input.have;
  share.early = input.early ?? [];
  ctx.shares.set(input.root, share);
  ctx.sharesByTag.set(share.tagHex, share);
  if (input.manifest !== null) learnManifest(ctx, share, input.manifest, false);
  seek(ctx, share);
  joinDeclined(ctx, share);
}

/** Stops fetching and serving; what is verified stays. */
export function pauseShare(ctx: Context, share: ShareState): void {
  if (share.paused) return;
  share.paused = true;
  for (const peer of [...share.peers.values()]) leave(ctx, peer);
  share.manifestFetch = null;
  releaseAll(ctx, share);
}

/** Goes on after a pause, a store without room or a failure: peers that were no help before may be now. */
export function resumeShare(ctx: Context, share: ShareState): void {
  storeAgain(ctx, share);
  share.paused = false;
  share.failed = false;
  share.candidates.forgive();
  updateAll(ctx, share);
  seek(ctx, share);
  joinDeclined(ctx, share);
  refillShare(ctx, share);
}

export function removeShare(ctx: Context, share: ShareState): void {
  pauseShare(ctx, share);
  for (const begun of [...share.begun.values()]) finishBegun(ctx, share, begun);
  ctx.cache.dropWhere(`${share.root}/`);
  ctx.shares.delete(share.root);
  ctx.sharesByTag.delete(share.tagHex);
  refillStarved(ctx);
}

/** Looks for sources at once rather than at the next tick. */
export function seek(ctx: Context, share: ShareState): void {
  share.nextFind = ctx.now;
  findProviders(ctx, share);
  dial(ctx, share);
}

/** A manifest that cannot be read: a stored one is fetched anew, a fetched one is what the root names, so no peer can help. */
export function learnManifest(ctx: Context, share: ShareState, manifest: Uint8Array, fetched: boolean): void {
  try {
    for (const liar of startContent(ctx, share, manifest, fetched)) dropPeer(ctx, liar, "have-beyond-share");
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (fetched) fail(ctx, share);
  }
}

function fail(ctx: Context, share: ShareState): void {
  pauseShare(ctx, share);
  share.failed = true;
  ctx.emit({ type: "failed", root: share.root, reason: "no-honest-source" });
}
