import {
  type BlockMessage,
  type BlockRange,
  MAX_REQUEST_BLOCKS,
  type NodeId,
  type Root,
  toHex,
} from "@starling/protocol";
import { ShareMember } from "./share-member.ts";
import { newKeys, type TestKeys } from "./test-node.ts";

const BLOCK_BYTES = 64 * 1024;

/** All that a peer without the key got hold of. */
export interface BlindLoot {
  readonly manifest: Uint8Array;
  /** Addresses (hex) and ciphertexts of all pieces, in the manifest's order. */
  readonly pieces: readonly { readonly address: string; readonly bytes: Uint8Array }[];
  /** Every frame that it received. */
  readonly frames: readonly Uint8Array[];
}

/** Knows a share's root but not its secret: joins, and fetches all that there is. */
class BlindPeer {
  readonly #member: ShareMember;
  readonly #frames: Uint8Array[] = [];
  readonly #blocks = new Map<string, (payload: Uint8Array) => void>();
  readonly #joined = new Arrival<NodeId>();
  readonly #unchoked = new Arrival<void>();

  constructor(keys: TestKeys, signalingUrl: string, root: Root) {
    this.#member = new ShareMember(keys, signalingUrl, root, {
      joined: (peer) => this.#joined.resolve(peer),
      message: (_, { type }) => {
        if (type === "unchoke") this.#unchoked.resolve();
        if (type === "reject" || type === "leave") this.#unchoked.reject(new Error(`answered with ${type}`));
      },
      block: (_, block) => this.#blocks.get(nameOf(block.piece, block.offset))?.(block.payload),
      linkDown: (_, reason) => this.#unchoked.reject(new Error(`the link ended: ${reason}`)),
      dialFailed: () => undefined,
      frame: (frame) => this.#frames.push(frame.slice()),
    });
  }

  /** Takes everything from this peer. */
  async loot(from: string): Promise<BlindLoot> {
    this.#member.dial(from as NodeId);
    const peer = await this.#joined.promise;
    const { bytes, manifest } = await this.#member.fetchManifest(peer);
    this.#member.send(peer, { type: "interested" });
    await this.#unchoked.promise;
    const pieces = [];
    for (let piece = 0; piece < manifest.pieceCount; piece++) {
      const content = await this.#fetchPiece(peer, piece, manifest.lengths[piece] ?? 0);
      const address = toHex(manifest.hashes.subarray(piece * 32, piece * 32 + 32));
      pieces.push({ address, bytes: content });
    }
    return { manifest: bytes, pieces, frames: this.#frames };
  }

  async #fetchPiece(peer: NodeId, piece: number, length: number): Promise<Uint8Array> {
    const ranges: BlockRange[] = [];
    for (let offset = 0; offset < length; offset += BLOCK_BYTES)
      ranges.push([piece, offset, Math.min(BLOCK_BYTES, length - offset)]);
    const blocks = ranges.map(([, offset]) => this.#block({ piece, offset }));
    for (let at = 0; at < ranges.length; at += MAX_REQUEST_BLOCKS)
      this.#member.send(peer, { type: "request", blocks: ranges.slice(at, at + MAX_REQUEST_BLOCKS), samples: [] });
    return new Uint8Array(await new Blob(await Promise.all(blocks)).arrayBuffer());
  }

  #block({ piece, offset }: Pick<BlockMessage, "piece" | "offset">): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve) => this.#blocks.set(nameOf(piece, offset), (payload) => resolve(payload.slice())));
  }
}

/** Something that will come once. */
class Arrival<T> {
  resolve: (value: T) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

function nameOf(piece: number, offset: number): string {
  return `${piece}/${offset}`;
}

declare global {
  interface Window {
    /** Starts the blind peer of this page. */
    blindPeer?: (signalingUrl: string, root: string) => Promise<BlindPeer>;
  }
}

window.blindPeer = async (signalingUrl, root) => new BlindPeer(await newKeys(), signalingUrl, root as Root);
