import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import { answerAsSole } from "./sole-seed.ts";
import { reject } from "./upload-queues.ts";

/** Ms after which what was kept is refused after all: without an answer the peer takes it for lost (after 2 s at least). */
const PATIENCE = 1000;

/**
 * Takes up what was kept for peers that have passed on what they got meanwhile; and one piece of another, of whoever holds
 * least alone, where the line would have nothing to carry.
 */
export function takeUpKept(ctx: Context): void {
  let waiting: PeerState | null = null;
  let isIdle = ctx.governor.idles;
  for (const peer of peersOf(ctx)) {
    if (peer.kept.size > 0) takeUp(ctx, peer);
    if (peer.kept.size > 0 && (waiting === null || peer.heldAlone < waiting.heldAlone)) waiting = peer;
    if (peer.uploads.size + peer.ready.size + peer.parked.size > 0) isIdle = false;
  }
  const [first] = waiting?.kept.values() ?? [];
  if (isIdle && waiting !== null && first !== undefined) takeUp(ctx, waiting, first[0]);
}

/** Refuses what has been kept for too long; the peer is told of it again as of all that it was refused. */
export function refuseKept(ctx: Context): void {
  for (const peer of peersOf(ctx)) {
    if (peer.kept.size === 0 || ctx.now - peer.keptSince < PATIENCE) continue;
    const blocks = [...peer.kept.values()];
    peer.kept.clear();
    for (const [piece] of blocks) peer.withheld.add(piece);
    reject(ctx, peer, blocks);
  }
}

/** @param piece is served whatever the peer holds alone; all that it may have if none is named. */
function takeUp(ctx: Context, peer: PeerState, piece: number | null = null): void {
  const { content } = peer.share;
  const refused = [];
  for (const [key, range] of peer.kept) {
    if (piece !== null && range[0] !== piece) continue;
    const answer = content === null ? "refuse" : answerAsSole(ctx, peer, content, range[0], piece !== null);
    if (answer === "keep") break;
    peer.kept.delete(key);
    if (answer === "serve") peer.uploads.set(key, range);
    else refused.push(range);
  }
  reject(ctx, peer, refused);
}

function* peersOf(ctx: Context): Iterable<PeerState> {
  for (const link of ctx.links.values()) yield* link.members.values();
}
