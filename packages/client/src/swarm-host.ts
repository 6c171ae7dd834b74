import {
  BLOCK_HEADER_BYTES,
  DecodeError,
  decodeBlock,
  decodeSwarmFrame,
  encodeSwarmFrame,
  FRAME,
  frameKind,
  type Manifest,
  manifestHash,
  type NodeId,
  type PieceRange,
  type Root,
  writeBlock,
} from "@starling/protocol";
import type { WriteBehind } from "@starling/store";
import { type ShareView, Swarm, type SwarmEffect, type SwarmInput } from "@starling/swarm";
import type { SpeedLimits } from "./api.ts";
import type { Network } from "./network.ts";
import { addressOf } from "./piece-crypto.ts";
import { Pulse } from "./pulse.ts";
import { Runner } from "./runner.ts";
import type { Reading } from "./share-model.ts";
import { isLimited, UNLIMITED } from "./speed-limits.ts";

/** How long a peer that broke the protocol or sent bad bytes is refused. */
const BAN_MS = 10 * 60 * 1000;

/** What the swarm asks of, and tells, the share that a root belongs to. */
export interface SwarmShare {
  readonly id: string;
  /** Null until `manifestArrived`. */
  readonly manifest: Manifest | null;
  manifestArrived(bytes: Uint8Array): void;
  /** Pieces became verified. */
  gained(pieces: readonly number[]): void;
  /** Pieces turned out to be missing or changed. */
  withdrawn(pieces: readonly number[]): void;
  complete(): void;
  failed(): void;
  storeRefused(reason: "quota" | "unavailable"): void;
  /** A verified piece's ciphertext, from the store or made from the user's file; null if it is not to be had. */
  load(piece: number): Promise<Uint8Array | null>;
  findProviders(): void;
}

export interface SwarmStart {
  readonly manifest: Uint8Array | null;
  readonly have: Uint8Array | null;
  readonly wanted: readonly PieceRange[];
  readonly early: readonly number[];
  readonly paused: boolean;
}

/** Runs the swarm machine: frames in and out over the network, pieces in and out of the store. */
export class SwarmHost {
  readonly #swarm: Swarm;
  readonly #runner: Runner<SwarmInput, SwarmEffect>;
  readonly #network: Network;
  readonly #writeBehind: WriteBehind;
  readonly #shares = new Map<Root, SwarmShare>();
  readonly #progressed: () => void;
  readonly #pulse = new Pulse(() => this.#runner.dispatch({ type: "pulse" }));
  /** Those set, by root; null is all shares. */
  readonly #limits = new Map<Root | null, SpeedLimits>();

  constructor(self: NodeId, network: Network, writeBehind: WriteBehind, progressed: () => void) {
    this.#swarm = new Swarm({ self, random: Math.random });
    this.#runner = new Runner(this.#swarm, (effect) => this.#perform(effect));
    this.#network = network;
    this.#writeBehind = writeBehind;
    this.#progressed = progressed;
  }

  add(root: Root, share: SwarmShare, start: SwarmStart): void {
    this.#shares.set(root, share);
    this.#runner.dispatch({ type: "add", root, ...start });
  }

  want(root: Root, wanted: readonly PieceRange[], early: readonly number[]): void {
    this.#runner.dispatch({ type: "want", root, wanted, early });
  }

  /** A reader needs content pieces, counted from behind the catalog's; null: it is done. */
  deadlines(root: Root, reader: number, reading: Reading | null, catalogPieces: number): void {
    const [first, count] = reading?.range ?? [0, 0];
    const range: PieceRange | null = reading && [first + catalogPieces, count];
    this.#runner.dispatch({
      type: "deadlines",
      root,
      reader,
      range,
      due: reading?.due ?? 0,
      every: reading?.every ?? 0,
    });
  }

  pause(root: Root): void {
    this.#runner.dispatch({ type: "pause", root });
  }

  resume(root: Root): void {
    this.#runner.dispatch({ type: "resume", root });
  }

  remove(root: Root): void {
    this.limit(root, UNLIMITED);
    this.#runner.dispatch({ type: "remove", root });
    this.#shares.delete(root);
  }

  /** Limits a share that takes part, or all together (null). */
  limit(root: Root | null, limits: SpeedLimits): void {
    if (isLimited(limits)) this.#limits.set(root, limits);
    else this.#limits.delete(root);
    this.#runner.dispatch({ type: "limit", root, ...limits });
    this.#pulse.run(this.#limits.size > 0);
  }

  close(): void {
    this.#pulse.run(false);
  }

  providers(root: Root, peers: readonly NodeId[]): void {
    if (peers.length > 0) this.#runner.dispatch({ type: "providers", root, peers });
  }

  /** A piece that the machine counts as had could not be read. */
  missing(root: Root, piece: number): void {
    this.#runner.dispatch({ type: "loaded", root, piece, bytes: null });
  }

  view(root: Root): ShareView | null {
    return this.#swarm.view(root);
  }

  linkOpening(peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array): void {
    this.#runner.dispatch({ type: "link-opening", peer, localNonce, remoteNonce });
  }

  linkUp(peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array): void {
    this.#runner.dispatch({ type: "link-up", peer, localNonce, remoteNonce });
  }

  path(peer: NodeId, roundTripMs: number): void {
    this.#runner.dispatch({ type: "path", peer, roundTripMs });
  }

  linkDown(peer: NodeId): void {
    this.#runner.dispatch({ type: "link-down", peer });
  }

  flushed(peer: NodeId, queuedBytes: number): void {
    this.#runner.dispatch({ type: "flushed", peer, queuedBytes });
  }

  tick(): void {
    this.#runner.dispatch({ type: "tick" });
  }

  /** Unknown kinds are a newer peer's and are passed over; malformed known ones end the link. */
  frame(peer: NodeId, frame: Uint8Array): void {
    try {
      this.#read(peer, frame);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#network.disconnect(peer, `a frame could not be read: ${error.message}`);
    }
  }

  /** The store's word on pieces written behind. */
  stored(shareId: string, pieces: readonly number[]): void {
    const root = this.#rootOf(shareId);
    if (root) this.#runner.dispatch({ type: "stored", root, pieces });
  }

  storeFailed(shareId: string, pieces: readonly number[], reason: "quota" | "unavailable"): void {
    const root = this.#rootOf(shareId);
    if (!root) return;
    this.#runner.dispatch({ type: "store-failed", root, pieces, reason });
    this.#shares.get(root)?.storeRefused(reason);
  }

  #rootOf(shareId: string): Root | null {
    for (const [root, share] of this.#shares) if (share.id === shareId) return root;
    return null;
  }

  #read(peer: NodeId, frame: Uint8Array): void {
    const kind = frameKind(frame);
    if (kind === FRAME.block) return this.#runner.dispatch({ type: "block", peer, block: decodeBlock(frame) });
    if (kind !== FRAME.swarm) return;
    const message = decodeSwarmFrame(frame);
    if (message?.type === "request") {
      this.#runner.dispatch({ type: "message", peer, message, queuedBytes: this.#network.links.queuedBytes(peer) });
    } else if (message) this.#runner.dispatch({ type: "message", peer, message });
  }

  #perform(effect: SwarmEffect): void {
    this.#progressed();
    switch (effect.type) {
      case "send":
        return this.#network.links.send(effect.peer, encodeSwarmFrame(effect.message), "control");
      case "send-block":
        return this.#sendBlock(effect);
      case "measure":
        return this.#network.links.measure(effect.peer);
      case "lanes":
        return this.#network.links.useLanes(effect.peer, effect.count);
      case "drop":
        if (effect.ban) this.#network.ban(effect.peer, effect.reason, BAN_MS);
        else this.#network.disconnect(effect.peer, effect.reason);
        return;
      case "want-link":
        return this.#network.want(effect.peer, effect.root);
      case "release-link":
        return this.#network.unwant(effect.peer, effect.root);
      default:
        return this.#performFor(effect);
    }
  }

  /** Effects that concern a share; one that was removed meanwhile has no more say. */
  #performFor(effect: Extract<SwarmEffect, { root: Root }>): void {
    const share = this.#shares.get(effect.root);
    if (!share) return;
    switch (effect.type) {
      case "find-providers":
        return share.findProviders();
      case "manifest":
        return share.manifestArrived(effect.bytes);
      case "verify":
        return this.#verify(share, effect.root, effect.piece, effect.bytes);
      case "store":
        return this.#store(share, effect.pieces, effect.bytes);
      case "load":
        return this.#load(share, effect.root, effect.piece);
      case "have":
        return share.gained(effect.pieces);
      case "withdrawn":
        return share.withdrawn(effect.pieces);
      case "complete":
        return share.complete();
      case "failed":
        return share.failed();
    }
  }

  #sendBlock({ peer, block }: Extract<SwarmEffect, { type: "send-block" }>): void {
    const byteLength = BLOCK_HEADER_BYTES + block.payload.length;
    this.#network.links.send(peer, { byteLength, write: (into) => writeBlock(block, into) }, "block");
  }

  #verify(share: SwarmShare, root: Root, piece: number, bytes: Uint8Array): void {
    const expected = share.manifest ? manifestHash(share.manifest, piece) : null;
    void addressOf(bytes).then((hash) =>
      this.#runner.dispatch({ type: "verified", root, piece, ok: hash === expected }),
    );
  }

  #store(share: SwarmShare, pieces: readonly number[], bytes: Uint8Array): void {
    const [piece] = pieces;
    if (!share.manifest || piece === undefined) return;
    this.#writeBehind.add({ shareId: share.id, pieces, hash: manifestHash(share.manifest, piece), bytes });
  }

  #load(share: SwarmShare, root: Root, piece: number): void {
    void share.load(piece).then((bytes) => this.#runner.dispatch({ type: "loaded", root, piece, bytes }));
  }
}
