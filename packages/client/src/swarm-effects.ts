import {
  BLOCK_HEADER_BYTES,
  encodeSwarmFrame,
  type Manifest,
  manifestHash,
  type Root,
  writeBlock,
} from "@starling/protocol";
import type { WriteBehind } from "@starling/store";
import type { SwarmEffect, SwarmInput } from "@starling/swarm";
import type { Network } from "./network.ts";
import { addressOf } from "./piece-crypto.ts";

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

/** What performing the effects needs. */
interface SwarmEffectsHost {
  readonly network: Network;
  readonly writeBehind: WriteBehind;
  share(root: Root): SwarmShare | undefined;
  dispatch(input: SwarmInput): void;
}

/** Performs what the swarm machine returns: frames go out over the network, pieces in and out of the store. */
export class SwarmEffects {
  readonly #host: SwarmEffectsHost;

  constructor(host: SwarmEffectsHost) {
    this.#host = host;
  }

  perform(effect: SwarmEffect): void {
    const { network } = this.#host;
    switch (effect.type) {
      case "send":
        return network.links.send(effect.peer, encodeSwarmFrame(effect.message), "control");
      case "send-block":
        return this.#sendBlock(effect);
      case "measure":
        return network.links.measure(effect.peer);
      case "lanes":
        return network.links.useLanes(effect.peer, effect.count);
      case "drop":
        return network.drop(effect);
      case "want-link":
        return network.want(effect.peer, effect.root);
      case "release-link":
        return network.unwant(effect.peer, effect.root);
      default:
        return this.#performFor(effect);
    }
  }

  /** Effects that concern a share; one that was removed meanwhile has no more say. */
  #performFor(effect: Extract<SwarmEffect, { root: Root }>): void {
    const share = this.#host.share(effect.root);
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
    this.#host.network.links.send(peer, { byteLength, write: (into) => writeBlock(block, into) }, "block");
  }

  #verify(share: SwarmShare, root: Root, piece: number, bytes: Uint8Array): void {
    const expected = share.manifest ? manifestHash(share.manifest, piece) : null;
    void addressOf(bytes).then((hash) => this.#host.dispatch({ type: "verified", root, piece, ok: hash === expected }));
  }

  #store(share: SwarmShare, pieces: readonly number[], bytes: Uint8Array): void {
    const [piece] = pieces;
    if (!share.manifest || piece === undefined) return;
    this.#host.writeBehind.add({ shareId: share.id, pieces, hash: manifestHash(share.manifest, piece), bytes });
  }

  #load(share: SwarmShare, root: Root, piece: number): void {
    void share.load(piece).then((bytes) => this.#host.dispatch({ type: "loaded", root, piece, bytes }));
  }
}
