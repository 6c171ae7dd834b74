import { type ChokerPeer, chooseSlots } from "./choker.ts";
import type { Context } from "./context.ts";
import { givenBy } from "./merit.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";
import { nextSlots, optimisticSlots, type SlotUse } from "./slots.ts";
import { breakPromises, offerWithheld } from "./sole-seed.ts";
import { rejectAll } from "./upload-queues.ts";

/** A peer that unchoked us and sends nothing for so long (ms) keeps only an optimistic slot. */
const SNUB_MS = 10_000;

export function onInterested(ctx: Context, peer: PeerState): void {
  peer.peerInterested = true;
  fillSlots(ctx, peer.share);
}

/** It stays unchoked until somebody else needs the slot: interest comes and goes with every few pieces. */
export function onNotInterested(ctx: Context, peer: PeerState): void {
  peer.peerInterested = false;
  fillSlots(ctx, peer.share);
}

/**
 * Unchokes interested peers, longest waiting first, while slots are free: nobody waits for the next round. A slot whose
 * holder wants nothing is free.
 */
export function fillSlots(ctx: Context, share: ShareState): void {
  if (share.paused) return;
  const members = [...share.peers.values()];
  const waiting = members.filter((peer) => peer.amChoking && peer.joined && peer.peerInterested);
  if (waiting.length === 0) return;
  const idle = members.filter((peer) => !peer.amChoking && !peer.peerInterested);
  const unchoked = members.reduce((count, peer) => count + (peer.amChoking ? 0 : 1), 0);
  let free = share.slots + optimisticSlots(share.slots) - unchoked;
  waiting.sort((a, b) => a.chokeChangedAt - b.chokeChangedAt);
  for (const peer of waiting.slice(0, Math.max(0, free + idle.length))) {
    const holder = free-- > 0 ? undefined : idle.pop();
    if (holder !== undefined) setChoke(ctx, holder, true);
    setChoke(ctx, peer, false);
  }
}

/** The regular round. */
export function rechoke(ctx: Context, share: ShareState): void {
  if (ctx.now < share.nextChoke) return;
  share.nextChoke = ctx.now + ctx.limits.chokeEvery;
  offerWithheld(ctx, share);
  const interested = [...share.peers.values()].filter((peer) => peer.joined && peer.peerInterested);
  share.slots = nextSlots(slotUse(ctx, share, interested));
  const slots = chooseSlots(
    interested.map((peer) => seen(ctx, peer)),
    {
      now: ctx.now,
      slots: share.slots,
      optimistic: optimisticSlots(share.slots),
      seeding: !share.incomplete,
      random: ctx.random,
    },
  );
  const chosen = (peer: PeerState) => slots.regular.has(peer) || slots.optimistic.has(peer);
  for (const peer of interested) if (!chosen(peer)) setChoke(ctx, peer, true);
  for (const peer of interested) {
    if (chosen(peer)) setChoke(ctx, peer, false);
    setOptimistic(ctx, peer, slots.optimistic.has(peer));
  }
}

/** Over the last round. */
function slotUse(ctx: Context, share: ShareState, interested: readonly PeerState[]): SlotUse {
  const seconds = Math.round(ctx.limits.chokeEvery / 1000);
  const served = interested.filter((peer) => !peer.amChoking);
  const sent = served.reduce((sum, peer) => sum + peer.up.recent(seconds, ctx.now), 0);
  return {
    slots: share.slots,
    waiting: served.length < interested.length,
    room: ctx.governor.spare,
    rate: sent / seconds / Math.max(1, served.length),
  };
}

function seen(ctx: Context, peer: PeerState): ChokerPeer<PeerState> {
  const waitingSince = Math.max(peer.lastBlockAt, peer.unchokedUsAt);
  return {
    id: peer,
    unchoked: !peer.amChoking,
    since: peer.chokeChangedAt,
    joinedAt: peer.createdAt,
    given: givenBy(ctx, peer),
    served: peer.servedSinceUnchoke / pieceLength(peer.share),
    deficit: Math.max(0, peer.up.total - peer.down.total) / pieceLength(peer.share),
    snubbing: !peer.peerChoking && peer.outstandingCount > 0 && ctx.now - waitingSince > SNUB_MS,
    optimistic: peer.optimistic,
  };
}

/** Of a piece of content: the catalog before it may be much shorter. */
function pieceLength({ content }: ShareState): number {
  if (content === null) return 1;
  const { table } = content;
  return Math.max(1, table.length(table.manifest.catalogPieces), table.length(0));
}

function setOptimistic(ctx: Context, peer: PeerState, optimistic: boolean): void {
  if (optimistic && !peer.optimistic) peer.chokeChangedAt = ctx.now;
  peer.optimistic = optimistic;
}

function setChoke(ctx: Context, peer: PeerState, choke: boolean): void {
  if (peer.amChoking === choke) return;
  peer.amChoking = choke;
  peer.chokeChangedAt = ctx.now;
  peer.servedSinceUnchoke = 0;
  peer.optimistic = false;
  ctx.send(peer, { type: choke ? "choke" : "unchoke", share: peer.localNumber });
  if (!choke) return;
  rejectAll(ctx, peer);
  breakPromises(peer);
}
