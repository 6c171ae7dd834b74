import type { Machine, NodeId, Root } from "@starling/protocol";
import { flushAnnouncements, tellLate } from "./announcements.ts";
import { banPeer, checkHonestSource, dropPeer } from "./bans.ts";
import { tidyLinks } from "./candidates.ts";
import { rechoke } from "./choking.ts";
import { Context } from "./context.ts";
import { addCandidates, dial } from "./dialing.ts";
import type { SwarmEffect } from "./effects.ts";
import type { ShareInput, SwarmInput } from "./inputs.ts";
import { loseInterest } from "./interest.ts";
import { linkDown, linkOpening, linkUp } from "./joining.ts";
import { refuseKept } from "./kept-requests.ts";
import { tryLanes } from "./lane-trial.ts";
import { DEFAULT_LIMITS, type SwarmLimits } from "./limits.ts";
import { fetchManifest, manifestStall } from "./manifest-exchange.ts";
import { measurePaths, onPath } from "./path-measuring.ts";
import { exchangePeersOf } from "./peer-exchange.ts";
import { findProviders } from "./provider-search.ts";
import { receiveBlock, receiveMessage } from "./receiving.ts";
import { askOthers, askRefusing, refillStarved, reportLate } from "./requester.ts";
import { select, setReader } from "./selection.ts";
import type { ShareState } from "./share-state.ts";
import { viewOf } from "./share-view.ts";
import { offerInTime } from "./sole-seed.ts";
import { onPulse, setLimits } from "./speed-limits.ts";
import { addShare, pauseShare, removeShare, resumeShare, seek } from "./taking-part.ts";
import { timeOut } from "./timeouts.ts";
import { onFlushed, onLoaded, onMade, onQueued, pump, relieveLink } from "./uploader.ts";
import { onStored, onStoreFailed, onVerified, withdraw } from "./verification.ts";
import type { ShareView } from "./view.ts";

/** A gap between ticks (ms) that means that the page was asleep: silence during it is nobody's fault. */
const ASLEEP = 5000;

export interface SwarmOptions {
  readonly self: NodeId;
  /** 0 (included) to 1 (excluded); need not be cryptographic. */
  readonly random: () => number;
  /** Changes to {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<SwarmLimits>;
}

type Input<T extends SwarmInput["type"]> = Extract<SwarmInput, { type: T }>;

/** Piece exchange of any number of shares over shared links, as a pure machine. */
export class Swarm implements Machine<SwarmInput, SwarmEffect> {
  readonly #ctx: Context;
  #lastTick = 0;

  constructor(options: SwarmOptions) {
    this.#ctx = new Context(options.self, options.random, { ...DEFAULT_LIMITS, ...options.limits });
  }

  handle(input: SwarmInput, now: number): readonly SwarmEffect[] {
    const ctx = this.#ctx;
    ctx.now = now;
    ctx.effects = [];
    this.#dispatch(input);
    for (const share of ctx.shares.values()) flushAnnouncements(ctx, share);
    return ctx.effects;
  }

  /** A share as it is now; null if it takes no part. */
  view(root: Root): ShareView | null {
    const share = this.#ctx.shares.get(root);
    return share === undefined ? null : viewOf(share, this.#ctx.now);
  }

  /** Bytes held, for statistics and tests of the bounds. */
  get memory(): { readonly begun: number; readonly outstanding: number; readonly held: number } {
    const ctx = this.#ctx;
    return { begun: ctx.begunBytes, outstanding: ctx.outstandingBytes, held: ctx.cache.bytes };
  }

  #dispatch(input: SwarmInput): void {
    switch (input.type) {
      case "block":
        return receiveBlock(this.#ctx, input.peer, input.block);
      case "message":
        return this.#message(input);
      case "link-opening":
        return linkOpening(this.#ctx, input.peer, input.localNonce, input.remoteNonce);
      case "link-up":
        return linkUp(this.#ctx, input.peer, input.localNonce, input.remoteNonce);
      case "link-down":
        linkDown(this.#ctx, input.peer);
        return;
      case "path":
        return onPath(this.#ctx, input.peer, input.roundTripMs);
      case "flushed":
        return this.#flushed(input);
      case "tick":
        return this.#tick();
      case "pulse":
        return onPulse(this.#ctx);
      case "limit":
        return this.#limit(input);
      case "add":
        return addShare(this.#ctx, input);
      default:
        return this.#ofShare(input);
    }
  }

  #ofShare(input: ShareInput): void {
    const ctx = this.#ctx;
    const share = ctx.shares.get(input.root);
    if (share === undefined) return;
    switch (input.type) {
      case "want":
        share.early = input.early ?? [];
        select(ctx, share, input.wanted);
        return seek(ctx, share);
      case "deadlines":
        return this.#deadlines(share, input);
      case "pause":
        return pauseShare(ctx, share);
      case "resume":
        return resumeShare(ctx, share);
      case "remove":
        return removeShare(ctx, share);
      case "providers":
        return addCandidates(ctx, share, input.peers);
      case "verified":
        return this.#ban(share, onVerified(ctx, share, input.piece, input.ok), "wrong-bytes");
      case "stored":
        return onStored(ctx, share, input.pieces);
      case "store-failed":
        return onStoreFailed(ctx, share, input.pieces, input.reason);
      case "made":
        return onMade(ctx, share, input.pieces);
      case "loaded":
        if (input.bytes === null) withdraw(ctx, share, input.piece);
        return onLoaded(ctx, share.cacheKey(input.piece), input.piece, input.bytes);
    }
  }

  #limit({ root, up, down }: Input<"limit">): void {
    const ctx = this.#ctx;
    const limits = root === null ? ctx.speed : ctx.shares.get(root)?.speed;
    if (limits !== undefined) setLimits(ctx, limits, up, down);
  }

  #deadlines(share: ShareState, { reader, range, due, every }: Input<"deadlines">): void {
    const { now } = this.#ctx;
    const begins = share.readers.size === 0;
    setReader(this.#ctx, share, reader, range && { range, due: now + due, every });
    if (begins && share.isRead) seek(this.#ctx, share);
  }

  #message({ peer, message, queuedBytes }: Input<"message">): void {
    const link = this.#ctx.links.get(peer);
    if (link !== undefined && queuedBytes !== undefined) onQueued(this.#ctx, link, queuedBytes);
    receiveMessage(this.#ctx, peer, message);
  }

  #flushed(input: Input<"flushed">): void {
    const link = this.#ctx.links.get(input.peer);
    if (link !== undefined) onFlushed(this.#ctx, link, input.queuedBytes);
  }

  #ban(share: ShareState, liars: readonly NodeId[], reason: string): void {
    for (const liar of liars) banPeer(this.#ctx, share, liar, reason);
  }

  /** Times out and re-evaluates; nothing that makes progress waits for it. */
  #tick(): void {
    const ctx = this.#ctx;
    if (ctx.now - this.#lastTick > ASLEEP) ctx.awakeSince = ctx.now;
    this.#lastTick = ctx.now;
    ctx.governor.expire(ctx.now);
    ctx.cache.expire(ctx.now - ctx.limits.heldFor);
    refillStarved(ctx);
    refuseKept(ctx);
    for (const link of ctx.links.values()) relieveLink(ctx, link);
    pump(ctx);
    tryLanes(ctx);
    measurePaths(ctx);
    for (const share of ctx.shares.values()) this.#tickShare(share);
  }

  #tickShare(share: ShareState): void {
    const ctx = this.#ctx;
    for (const peer of timeOut(ctx, share)) dropPeer(ctx, peer.id, "unanswered-requests");
    const silent = manifestStall(ctx, share);
    if (silent !== null && silent.strikes >= ctx.limits.strikes) dropPeer(ctx, silent.id, "unanswered-requests");
    askRefusing(ctx, share);
    askOthers(ctx, share);
    reportLate(ctx, share);
    fetchManifest(ctx, share);
    tellLate(ctx, share);
    loseInterest(ctx, share);
    tidyLinks(ctx, share);
    dial(ctx, share);
    rechoke(ctx, share);
    offerInTime(ctx, share);
    exchangePeersOf(ctx, share);
    findProviders(ctx, share);
    checkHonestSource(ctx, share);
  }
}
