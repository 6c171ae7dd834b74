import { type BlockRange, MAX_REQUEST_BLOCKS } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";

/** Says that these blocks will not come. */
export function reject(ctx: Context, peer: PeerState, blocks: readonly BlockRange[]): void {
  for (let i = 0; i < blocks.length; i += MAX_REQUEST_BLOCKS) {
    const part = blocks.slice(i, i + MAX_REQUEST_BLOCKS);
    ctx.send(peer, { type: "reject", share: peer.localNumber, blocks: part });
  }
}
