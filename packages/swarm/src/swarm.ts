import { DecodeError, type Machine, type NodeId, nodeIdFromBytes, type Root } from "@starling/protocol";
import { flushAnnouncements, loseInterest, onDontHave, onHave, tellLate } from "./availability.ts";
import { banPeer, checkHonestSource, dropPeer } from "./bans.ts";
import { finishBegun } from "./begun-piece.ts";
import { Candidates, releaseAll, tidyLinks } from "./candidates.ts";
import { onInterested, onNotInterested, rechoke } from "./choking.ts";
import { Context } from "./context.ts";
import { addCandidates, dial } from "./dialing.ts";
import type { SwarmEffect } from "./effects.ts";
import type { SwarmInput } from "./inputs.ts";
import { joinDeclined, leave, linkDown, linkUp, onJoin, onLeave } from "./joining.ts";
import { tryLanes } from "./lane-trial.ts";
import { blockKey, DEFAULT_LIMITS, type SwarmLimits } from "./limits.ts";
import { fetchManifest, manifestStall, onManifestChunk, onManifestRequest } from "./manifest-exchange.ts";
import { measurePaths, onPath } from "./path-measuring.ts";
import { exchangePeersOf } from "./peer-exchange.ts";
import type { Link, PeerState } from "./peer-state.ts";
import { findProviders } from "./provider-search.ts";
import { askRefusing, onReject, refill, refillShare, refillStarved, takeBlock } from "./requester.ts";
import { select, setReader, startContent, updateAll } from "./selection.ts";
import { ShareState } from "./share-state.ts";
import { viewOf } from "./share-view.ts";
import { afterSpread, offerInTime } from "./sole-seed.ts";
import { onPulse, setLimits } from "./speed-limits.ts";
import { timeOut } from "./timeouts.ts";
import { onCancel, onFlushed, onLoaded, onRequest, pump, relieveLink } from "./uploader.ts";
import { onStored, onStoreFailed, onVerified, storeAgain, verify, withdraw } from "./verification.ts";
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

/** What a peer may send behind its join before it has ours. */
const EARLY: ReadonlySet<string> = new Set(["manifest-request", "interested"]);

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
        return this.#block(input);
      case "message":
        return this.#message(input);
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
        return this.#add(input);
      default:
        return this.#ofShare(input);
    }
  }

  #ofShare(
    input: Exclude<
      SwarmInput,
      Input<"block" | "message" | "link-up" | "link-down" | "path" | "flushed" | "tick" | "pulse" | "limit" | "add">
    >,
  ): void {
    const ctx = this.#ctx;
    const share = ctx.shares.get(input.root);
    if (share === undefined) return;
    switch (input.type) {
      case "want":
        share.early = input.early ?? [];
        select(ctx, share, input.wanted);
        return this.#seek(share);
      case "deadlines":
        return this.#deadlines(share, input);
      case "pause":
        return this.#pause(share);
      case "resume":
        return this.#resume(share);
      case "remove":
        return this.#remove(share);
      case "providers":
        return addCandidates(ctx, share, input.peers);
      case "verified":
        return this.#ban(share, onVerified(ctx, share, input.piece, input.ok), "wrong-bytes");
      case "stored":
        return onStored(ctx, share, input.pieces);
      case "store-failed":
        return onStoreFailed(ctx, share, input.pieces, input.reason);
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

  #add(input: Input<"add">): void {
    const ctx = this.#ctx;
    if (ctx.shares.has(input.root)) return;
    const { candidates, uploadSlots } = ctx.limits;
    const share = new ShareState(input.root, input.wanted, input.paused, new Candidates(candidates), uploadSlots);
    share.givenHave = input.have;
    share.early = input.early ?? [];
    ctx.shares.set(input.root, share);
    ctx.sharesByTag.set(share.tagHex, share);
    if (input.manifest !== null) this.#startContent(share, input.manifest, false);
    this.#seek(share);
    joinDeclined(ctx, share);
  }

  #deadlines(share: ShareState, { reader, range, due, every }: Input<"deadlines">): void {
    const { now } = this.#ctx;
    const begins = share.readers.size === 0;
    setReader(this.#ctx, share, reader, range && { range, due: now + due, every });
    if (begins && share.isRead) this.#seek(share);
  }

  /** Looks for sources at once rather than at the next tick. */
  #seek(share: ShareState): void {
    share.nextFind = this.#ctx.now;
    findProviders(this.#ctx, share);
    dial(this.#ctx, share);
  }

  #pause(share: ShareState): void {
    if (share.paused) return;
    share.paused = true;
    for (const peer of [...share.peers.values()]) leave(this.#ctx, peer);
    share.manifestFetch = null;
    releaseAll(this.#ctx, share);
  }

  #resume(share: ShareState): void {
    const ctx = this.#ctx;
    storeAgain(ctx, share);
    share.paused = false;
    share.failed = false;
    share.candidates.forgive();
    updateAll(ctx, share);
    this.#seek(share);
    joinDeclined(ctx, share);
    refillShare(ctx, share);
  }

  #remove(share: ShareState): void {
    const ctx = this.#ctx;
    this.#pause(share);
    for (const begun of [...share.begun.values()]) finishBegun(ctx, share, begun);
    ctx.cache.dropWhere(`${share.root}/`);
    ctx.shares.delete(share.root);
    ctx.sharesByTag.delete(share.tagHex);
    refillStarved(ctx);
  }

  #flushed(input: Input<"flushed">): void {
    const link = this.#ctx.links.get(input.peer);
    if (link !== undefined) onFlushed(this.#ctx, link, input.queuedBytes);
  }

  #block({ peer: id, block }: Input<"block">): void {
    const ctx = this.#ctx;
    const link = ctx.links.get(id);
    if (link === undefined) return;
    const peer = link.byRemote.get(block.share);
    if (peer === undefined) return this.#departedBlock(link, block.share, block.piece, block.offset);
    const taken = takeBlock(ctx, peer, block);
    if (typeof taken === "string") return dropPeer(ctx, id, taken);
    if (taken !== null) verify(ctx, peer.share, taken);
    refill(ctx, peer);
  }

  /** A block of a share that one side left: fine if it had been asked for. */
  #departedBlock(link: Link, share: number, piece: number, offset: number): void {
    const listed = link.departed.get(share);
    if (listed?.delete(blockKey(piece, offset)) !== true) dropPeer(this.#ctx, link.peer, "unrequested-block");
  }

  #message({ peer: id, message }: Input<"message">): void {
    const ctx = this.#ctx;
    const link = ctx.links.get(id);
    if (link === undefined) return;
    try {
      const breach = this.#take(link, message);
      if (breach !== null) dropPeer(ctx, id, breach);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      dropPeer(ctx, id, error.code);
    }
  }

  /** Returns a reason to end the link, or null. */
  #take(link: Link, message: Input<"message">["message"]): string | null {
    const ctx = this.#ctx;
    if (message.type === "join") return onJoin(ctx, link, message);
    if (message.type === "leave") return onLeave(ctx, link, message);
    const peer = link.byRemote.get(message.share);
    // A share that we have left: what the peer sent before it heard of it.
    if (peer === undefined) return null;
    return this.#takeOf(peer, message);
  }

  #takeOf(peer: PeerState, message: Exclude<Input<"message">["message"], { type: "join" | "leave" }>): string | null {
    const ctx = this.#ctx;
    // What else follows a join answers ours, at once.
    if (!peer.heard && !EARLY.has(message.type)) peer.greeted(ctx.now - peer.joinSentAt);
    switch (message.type) {
      case "have": {
        const breach = onHave(ctx, peer, message.pieces);
        peer.refusals = 0;
        fetchManifest(ctx, peer.share);
        afterSpread(ctx, peer.share);
        refill(ctx, peer);
        return breach;
      }
      case "donthave":
        return onDontHave(ctx, peer, message.pieces);
      case "request":
        return onRequest(ctx, peer, message);
      case "cancel":
        onCancel(ctx, peer, message.blocks);
        return null;
      case "reject":
        onReject(ctx, peer, message.blocks);
        refillShare(ctx, peer.share);
        return null;
      case "peers":
        addCandidates(ctx, peer.share, message.ids.map(nodeIdFromBytes));
        return null;
      case "manifest-request":
        return onManifestRequest(ctx, peer, message.offset);
      case "manifest":
        return this.#manifest(peer, message);
      default:
        return this.#state(peer, message.type);
    }
  }

  #state(peer: PeerState, type: "interested" | "notinterested" | "choke" | "unchoke"): null {
    const ctx = this.#ctx;
    if (type === "interested") onInterested(ctx, peer);
    else if (type === "notinterested") onNotInterested(ctx, peer);
    else peer.peerChoking = type === "choke";
    if (type === "unchoke") {
      peer.unchokedUsAt = ctx.now;
      refill(ctx, peer);
    }
    return null;
  }

  #manifest(peer: PeerState, message: Parameters<typeof onManifestChunk>[2]): string | null {
    const result = onManifestChunk(this.#ctx, peer, message);
    if (result === null || result === "manifest-chunk" || result === "manifest-size") return result;
    if (result === "wrong-manifest") banPeer(this.#ctx, peer.share, peer.id, result);
    else this.#startContent(peer.share, result, true);
    return null;
  }

  /** A manifest that cannot be read: a stored one is fetched anew, a fetched one is what the root names, so no peer can help. */
  #startContent(share: ShareState, manifest: Uint8Array, fetched: boolean): void {
    const ctx = this.#ctx;
    try {
      for (const liar of startContent(ctx, share, manifest, fetched)) dropPeer(ctx, liar, "have-beyond-share");
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (fetched) this.#fail(share);
    }
  }

  #fail(share: ShareState): void {
    this.#pause(share);
    share.failed = true;
    this.#ctx.emit({ type: "failed", root: share.root, reason: "no-honest-source" });
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
    refillStarved(ctx);
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
