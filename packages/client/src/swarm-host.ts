import {
  DecodeError,
  decodeBlock,
  decodeSwarmFrame,
  FRAME,
  frameKind,
  type NodeId,
  type PieceRange,
  type Root,
} from "@starling/protocol";
import type { WriteBehind } from "@starling/store";
import { type MadePiece, type ShareView, Swarm, type SwarmEffect, type SwarmInput } from "@starling/swarm";
import type { SpeedLimits } from "./api.ts";
import type { Network } from "./network.ts";
import { Pulse } from "./pulse.ts";
import { Runner } from "./runner.ts";
import type { Reading } from "./share-model.ts";
import { isLimited, UNLIMITED } from "./speed-limits.ts";
import { SwarmEffects, type SwarmShare } from "./swarm-effects.ts";

export interface SwarmStart {
  readonly manifest: Uint8Array | null;
  readonly have: Uint8Array | null;
  readonly wanted: readonly PieceRange[];
  readonly early: readonly number[];
  readonly paused: boolean;
}

/** Runs the swarm machine: takes in what shares, links and the store tell it; {@link SwarmEffects} performs the rest. */
export class SwarmHost {
  readonly #swarm: Swarm;
  readonly #runner: Runner<SwarmInput, SwarmEffect>;
  readonly #network: Network;
  readonly #shares = new Map<Root, SwarmShare>();
  readonly #pulse = new Pulse(() => this.#runner.dispatch({ type: "pulse" }));
  /** Those set, by root; null is all shares. */
  readonly #limits = new Map<Root | null, SpeedLimits>();

  constructor(self: NodeId, network: Network, writeBehind: WriteBehind, progressed: () => void) {
    this.#swarm = new Swarm({ self, random: Math.random });
    const dispatch = (input: SwarmInput): void => this.#runner.dispatch(input);
    const effects = new SwarmEffects({ network, writeBehind, share: (root) => this.#shares.get(root), dispatch });
    this.#runner = new Runner(this.#swarm, (effect) => {
      progressed();
      effects.perform(effect);
    });
    this.#network = network;
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

  /** Pieces of a share that was just made. */
  made(root: Root, pieces: readonly MadePiece[]): void {
    this.#runner.dispatch({ type: "made", root, pieces });
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
}
