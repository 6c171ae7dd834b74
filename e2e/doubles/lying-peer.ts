import {
  type BlockRange,
  MANIFEST_CHUNK,
  type Manifest,
  type NodeId,
  type Root,
  type SwarmMessage,
} from "@starling/protocol";
import { ShareMember } from "./share-member.ts";
import { newKeys, type TestKeys } from "./test-node.ts";

/** What the liar did and what was done to it. */
export interface LiarReport {
  /** Peers that take part in the share with it now. */
  readonly joined: readonly string[];
  /** Blocks of wrong bytes sent, by receiver. */
  readonly wrongBlocks: Readonly<Record<string, number>>;
  readonly linksEnded: readonly { readonly peer: string; readonly reason: string }[];
  readonly dialsFailed: readonly { readonly peer: string; readonly reason: string }[];
}

/**
 * Joins a share like anybody, shows the true manifest, claims to have every piece, and answers each request with random
 * bytes of the right length.
 */
class LyingPeer {
  readonly #member: ShareMember;
  readonly #wrongBlocks: Record<string, number> = {};
  readonly #linksEnded: { peer: string; reason: string }[] = [];
  readonly #dialsFailed: { peer: string; reason: string }[] = [];
  #known: { readonly bytes: Uint8Array; readonly manifest: Manifest } | null = null;
  #serving = false;

  constructor(keys: TestKeys, signalingUrl: string, root: Root) {
    this.#member = new ShareMember(keys, signalingUrl, root, {
      joined: (peer) => this.#offer(peer),
      message: (peer, message) => this.#answer(peer, message),
      block: () => undefined,
      linkDown: (peer, reason) => this.#linksEnded.push({ peer, reason }),
      dialFailed: (peer, reason) => this.#dialsFailed.push({ peer, reason }),
    });
  }

  get nodeId(): string {
    return this.#member.nodeId;
  }

  get report(): LiarReport {
    return {
      joined: this.#member.joinedPeers(),
      wrongBlocks: this.#wrongBlocks,
      linksEnded: this.#linksEnded,
      dialsFailed: this.#dialsFailed,
    };
  }

  dial(peer: string): void {
    this.#member.dial(peer as NodeId);
  }

  /** Gets the manifest from somebody honest, who is joined already. */
  async learn(from: string): Promise<void> {
    this.#known = await this.#member.fetchManifest(from as NodeId);
  }

  /** From now on whoever joins, or has joined, is told that every piece is to be had here. */
  serve(): void {
    this.#serving = true;
    for (const peer of this.#member.joinedPeers()) this.#offer(peer);
  }

  #offer(peer: NodeId): void {
    if (!this.#known || !this.#serving) return;
    this.#member.send(peer, { type: "have", pieces: { ranges: [[0, this.#known.manifest.pieceCount]] } });
    this.#member.send(peer, { type: "unchoke" });
  }

  #answer(peer: NodeId, message: SwarmMessage): void {
    if (message.type === "request") for (const block of message.blocks) this.#lie(peer, block);
    if (message.type === "manifest-request") this.#showManifest(peer, message.offset);
  }

  #showManifest(peer: NodeId, offset: number): void {
    if (!this.#known) return;
    const { bytes } = this.#known;
    const chunk = bytes.subarray(offset, offset + MANIFEST_CHUNK);
    this.#member.send(peer, { type: "manifest", offset, total: bytes.length, bytes: chunk });
  }

  #lie(peer: NodeId, block: BlockRange): void {
    this.#wrongBlocks[peer] = (this.#wrongBlocks[peer] ?? 0) + 1;
    this.#member.sendBlock(peer, block, randomBytes(block[2]));
  }
}

/** WebCrypto gives at most this many bytes at once. */
const RANDOM_CHUNK = 65_536;

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_CHUNK) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_CHUNK));
  return bytes;
}

declare global {
  interface Window {
    /** Starts the liar of this page. */
    lyingPeer?: (signalingUrl: string, root: string) => Promise<LyingPeer>;
    liar?: LyingPeer | undefined;
  }
}

window.lyingPeer = async (signalingUrl, root) => new LyingPeer(await newKeys(), signalingUrl, root as Root);
