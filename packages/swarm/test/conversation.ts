import {
  type BlockRange,
  joinProof,
  type NodeId,
  type PieceRange,
  providerTag,
  type SwarmMessage,
} from "@starling/protocol";
import { Swarm, type SwarmEffect, type SwarmInput, type SwarmLimits } from "../src/index.ts";
import { allBits, type DrawnShare, node } from "./drawn-share.ts";

const SELF = node(0);

/** Blocks of one size, and an uplink that holds nothing back. */
const EVEN: Partial<SwarmLimits> = { blockBytes: 64 * 1024, uplinkStartBytes: 8 * 1024 * 1024 };

type Message<T extends SwarmMessage["type"]> = Extract<SwarmMessage, { type: T }>;

/** Talks to one machine as its client and as its peers, message by message. */
export class Conversation {
  readonly swarm: Swarm;
  readonly share: DrawnShare;
  now = 1000;
  /** Everything since the last `take`. */
  effects: SwarmEffect[] = [];
  readonly #nonces = new Map<NodeId, { ours: Uint8Array; theirs: Uint8Array }>();
  readonly #opening = new Set<NodeId>();
  #links = 0;

  constructor(share: DrawnShare, limits: Partial<SwarmLimits> = {}, random: () => number = () => 0) {
    this.share = share;
    this.swarm = new Swarm({ self: SELF, random, limits: { ...EVEN, ...limits } });
  }

  input(input: SwarmInput): SwarmEffect[] {
    const out = [...this.swarm.handle(input, this.now)];
    this.effects.push(...out);
    return out;
  }

  wait(ms: number): SwarmEffect[] {
    const out: SwarmEffect[] = [];
    for (let left = ms; left > 0; left -= 250) {
      this.now += Math.min(left, 250);
      out.push(...this.input({ type: "tick" }));
    }
    return out;
  }

  seed(): SwarmEffect[] {
    const { root, manifest, pieces } = this.share;
    return this.input({ type: "add", root, manifest, have: allBits(pieces.length), wanted: [], paused: false });
  }

  /** Adds the share to be fetched, its manifest known. */
  fetch(wanted: readonly PieceRange[] = [[0, this.share.pieces.length]]): SwarmEffect[] {
    const { root, manifest } = this.share;
    return this.input({ type: "add", root, manifest, have: null, wanted, paused: false });
  }

  linkOpening(peer: NodeId): SwarmEffect[] {
    const { ours, theirs } = this.#newNonces(peer);
    this.#opening.add(peer);
    return this.input({ type: "link-opening", peer, localNonce: ours, remoteNonce: theirs });
  }

  /** The link that was opening comes up, or another. */
  linkUp(peer: NodeId, which: "the opening" | "another" = "the opening"): SwarmEffect[] {
    const known = this.#opening.delete(peer) && which === "the opening" ? this.#nonces.get(peer) : undefined;
    const { ours, theirs } = known ?? this.#newNonces(peer);
    return this.input({ type: "link-up", peer, localNonce: ours, remoteNonce: theirs });
  }

  #newNonces(peer: NodeId) {
    this.#links++;
    const nonces = { ours: new Uint8Array(32).fill(this.#links), theirs: new Uint8Array(32).fill(128 + this.#links) };
    this.#nonces.set(peer, nonces);
    return nonces;
  }

  joinMessage(peer: NodeId, share = 7): Message<"join"> {
    const nonces = this.#nonces.get(peer)!;
    const { root } = this.share;
    const proof = joinProof({
      root,
      sender: peer,
      receiver: SELF,
      senderNonce: nonces.theirs,
      receiverNonce: nonces.ours,
    });
    return { type: "join", share, tag: providerTag(root), proof };
  }

  say(peer: NodeId, message: SwarmMessage): SwarmEffect[] {
    return this.input({ type: "message", peer, message });
  }

  /** Links and joins a peer. */
  join(peer: NodeId): void {
    this.linkUp(peer);
    this.say(peer, this.joinMessage(peer));
  }

  /** Joins a peer that has these pieces and unchokes us. */
  source(peer: NodeId, ranges: readonly PieceRange[] = [[0, this.share.pieces.length]]): SwarmEffect[] {
    this.join(peer);
    const have = this.say(peer, { type: "have", share: 7, pieces: { ranges } });
    return [...have, ...this.say(peer, { type: "unchoke", share: 7 })];
  }

  block(peer: NodeId, [piece, offset, length]: BlockRange, bytes = this.share.pieces[piece]!): SwarmEffect[] {
    const payload = bytes.subarray(offset, offset + length);
    return this.input({ type: "block", peer, block: { share: 7, piece, offset, sentAt: 0, payload } });
  }

  /** Answers `verify` and `store` as the client would. */
  verified(piece: number, ok = true): SwarmEffect[] {
    return this.input({ type: "verified", root: this.share.root, piece, ok });
  }
}

export function sent<T extends SwarmMessage["type"]>(
  effects: readonly SwarmEffect[],
  type: T,
  peer?: NodeId,
): Message<T>[] {
  const out: Message<T>[] = [];
  for (const effect of effects) {
    if (effect.type !== "send" || (peer !== undefined && effect.peer !== peer)) continue;
    if (effect.message.type === type) out.push(effect.message as Message<T>);
  }
  return out;
}

/** All blocks asked for. */
export function asked(effects: readonly SwarmEffect[], peer?: NodeId): BlockRange[] {
  return sent(effects, "request", peer).flatMap((message) => [...message.blocks]);
}

export function of<T extends SwarmEffect["type"]>(
  effects: readonly SwarmEffect[],
  type: T,
): Extract<SwarmEffect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<SwarmEffect, { type: T }> => effect.type === type);
}
