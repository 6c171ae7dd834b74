import {
  type BlockMessage,
  type BlockRange,
  decodeBlock,
  decodeManifest,
  decodeSwarmFrame,
  encodeBlock,
  encodeSwarmFrame,
  FRAME,
  frameKind,
  joinProof,
  MANIFEST_CHUNK,
  type Manifest,
  type NodeId,
  providerTag,
  type Root,
  rootOf,
  type SwarmMessage,
} from "@starling/protocol";
import { type TestKeys, TestNode } from "./test-node.ts";

/** A message without the number that the link gives the share. */
export type Outgoing = SwarmMessage extends infer Message
  ? Message extends SwarmMessage
    ? Omit<Message, "share">
    : never
  : never;

export interface MemberEvents {
  /** Both sides have joined, with proofs that hold. */
  joined(peer: NodeId): void;
  message(peer: NodeId, message: SwarmMessage): void;
  block(peer: NodeId, block: BlockMessage): void;
  linkDown(peer: NodeId, reason: string): void;
  dialFailed(peer: NodeId, reason: string): void;
  /** Every frame as it came. */
  frame?(frame: Uint8Array): void;
}

interface Link {
  readonly localNonce: Uint8Array;
  readonly remoteNonce: Uint8Array;
  /** Our number of the share on this link; null when we have not joined. */
  number: number | null;
  joined: boolean;
}

/**
 * Takes part in one share and knows its root, never its secret. Speaks the protocol and decides nothing: no picker, no
 * choker, no store, and no code in common with packages/swarm.
 */
export class ShareMember {
  readonly root: Root;
  readonly #node: TestNode;
  readonly #events: MemberEvents;
  readonly #links = new Map<NodeId, Link>();
  #lastNumber = 0;
  #manifestChunk: ((chunk: Extract<SwarmMessage, { type: "manifest" }>) => void) | null = null;

  constructor(keys: TestKeys, signalingUrl: string, root: Root, events: MemberEvents) {
    this.root = root;
    this.#events = events;
    this.#node = new TestNode(keys, signalingUrl, {
      linkUp: (peer, localNonce, remoteNonce) => {
        this.#links.set(peer, { localNonce, remoteNonce, number: null, joined: false });
        this.#join(peer);
      },
      linkDown: (peer, reason) => {
        this.#links.delete(peer);
        events.linkDown(peer, reason);
      },
      dialFailed: (peer, reason) => events.dialFailed(peer, reason),
      frame: (peer, frame) => this.#frame(peer, frame),
    });
  }

  get nodeId(): NodeId {
    return this.#node.nodeId;
  }

  dial(peer: NodeId): void {
    this.#node.dial(peer);
  }

  joinedPeers(): NodeId[] {
    return [...this.#links].filter(([, { joined }]) => joined).map(([peer]) => peer);
  }

  send(peer: NodeId, message: Outgoing): void {
    const share = this.#links.get(peer)?.number;
    if (share != null) this.#node.send(peer, encodeSwarmFrame({ ...message, share }));
  }

  sendBlock(peer: NodeId, [piece, offset]: BlockRange, payload: Uint8Array): void {
    const share = this.#links.get(peer)?.number;
    const sentAt = Math.floor(performance.now()) >>> 0;
    if (share != null) this.#node.send(peer, encodeBlock({ share, piece, offset, sentAt, payload }), "block");
  }

  /** Asks a joined peer for the manifest, one chunk at a time. */
  async fetchManifest(peer: NodeId): Promise<{ readonly bytes: Uint8Array; readonly manifest: Manifest }> {
    let bytes = new Uint8Array(0);
    for (let offset = 0, total = 1; offset < total; offset += MANIFEST_CHUNK) {
      const answer = new Promise<Extract<SwarmMessage, { type: "manifest" }>>((resolve) => {
        this.#manifestChunk = resolve;
      });
      this.send(peer, { type: "manifest-request", offset });
      const chunk = await answer;
      total = chunk.total;
      bytes = new Uint8Array([...bytes, ...chunk.bytes]);
    }
    if (rootOf(bytes) !== this.root) throw new Error("the manifest is not the root's");
    return { bytes, manifest: decodeManifest(bytes) };
  }

  #join(peer: NodeId): void {
    const link = this.#links.get(peer);
    if (!link || link.number !== null) return;
    link.number = ++this.#lastNumber;
    const proof = joinProof({
      root: this.root,
      sender: this.nodeId,
      receiver: peer,
      senderNonce: link.localNonce,
      receiverNonce: link.remoteNonce,
    });
    this.send(peer, { type: "join", tag: providerTag(this.root), proof });
  }

  #frame(peer: NodeId, frame: Uint8Array): void {
    this.#events.frame?.(frame);
    const kind = frameKind(frame);
    if (kind === FRAME.block) return this.#events.block(peer, decodeBlock(frame));
    const message = kind === FRAME.swarm ? decodeSwarmFrame(frame) : null;
    const link = this.#links.get(peer);
    if (!message || !link) return;
    if (message.type === "join") {
      this.#join(peer);
      link.joined = true;
      return this.#events.joined(peer);
    }
    // The peer does not have the share (yet): its own join may follow.
    if (message.type === "leave") Object.assign(link, { number: null, joined: false });
    if (message.type === "manifest") this.#manifestChunk?.(message);
    this.#events.message(peer, message);
  }
}
