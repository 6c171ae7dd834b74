import type { BlockMessage, NodeId, Root, SwarmMessage } from "@starling/protocol";
import type { FluidHost, FluidWorld, NodeRates, Random } from "@starling/sim";
import { Swarm, type SwarmEffect, type SwarmInput, type SwarmLimits } from "../src/index.ts";
import type { BlankShare } from "./blank-share.ts";
import { allBits, node } from "./drawn-share.ts";

/**
 * `free-rider`: never unchokes anybody. `greedy`: the same, links to everybody, and comes back under its id every 25 s in
 * the hope of a newcomer's favours.
 */
export type Conduct = "contributor" | "free-rider" | "greedy";

export type Wire = FluidWorld<SwarmMessage, BlockMessage>;

/** What a host asks of the swarm that it is in. */
export interface Surroundings {
  readonly world: Wire;
  readonly share: BlankShare;
  providers(host: FluidSwarmHost): readonly NodeId[];
  /** `again`: after a while, as its link just ended. */
  dial(from: NodeId, to: NodeId, again?: boolean): void;
  release(from: NodeId, to: NodeId): void;
  completed(host: FluidSwarmHost): void;
}

export interface FluidHostOptions {
  readonly number: number;
  readonly rates: NodeRates;
  readonly seed: boolean;
  readonly conduct?: Conduct;
  readonly limits?: Partial<SwarmLimits>;
}

/** Pieces are blank and hundreds of machines share one memory: little is kept for upload, as it is loaded at no cost. */
const SMALL_MEMORY: Partial<SwarmLimits> = { heldBytes: 4 << 20, fetchingBytes: 8 << 20 };
const GREEDY: Partial<SwarmLimits> = { wantedLinks: 1000, candidates: 1000 };

/** A real swarm machine in a fluid world. Its store holds nothing: every piece is blank and good. */
export class FluidSwarmHost implements FluidHost<SwarmMessage, BlockMessage> {
  readonly id: NodeId;
  readonly rates: NodeRates;
  readonly seed: boolean;
  readonly conduct: Conduct;
  readonly startedAt: number;
  completedAt = Number.NaN;
  /** Bytes of blocks given and received. */
  given = 0;
  received = 0;
  /** The same at completion: what it did as a downloader. */
  givenWhenComplete = 0;
  /** Bytes received by sender, and ms during which we had each peer unchoked while it was interested. */
  readonly from = new Map<string, number>();
  readonly served = new Map<string, number>();
  /** Peers that we asked for links. */
  readonly wants = new Set<NodeId>();
  /** Links that it ended for a breach, by reason. */
  readonly dropped = new Map<string, number>();
  /** Pieces verified, and the sum of the times at which they were. */
  pieces = 0;
  pieceTimes = 0;
  readonly #machine: Swarm;
  readonly #around: Surroundings;
  readonly #unchoked = new Map<string, number>();
  /** When links came up, and ms of those that ended. */
  readonly #linkedAt = new Map<string, number>();
  readonly #linked = new Map<string, number>();

  constructor(around: Surroundings, options: FluidHostOptions, random: Random) {
    this.#around = around;
    this.id = node(options.number);
    this.rates = options.rates;
    this.seed = options.seed;
    this.conduct = options.conduct ?? "contributor";
    this.startedAt = around.world.now;
    const limits = { ...SMALL_MEMORY, ...(this.conduct === "greedy" ? GREEDY : {}), ...options.limits };
    this.#machine = new Swarm({ self: this.id, random: random.unit, limits });
  }

  /** Once it is in its world. */
  start(): void {
    const { root, manifest, count } = this.#around.share;
    const have = this.seed ? allBits(count) : null;
    this.#input({ type: "add", root, manifest, have, wanted: this.seed ? [] : [[0, count]], paused: false });
  }

  linkUp(peer: string): void {
    // Both sides compute the same two nonces; they only have to fit together.
    const [ours, theirs] = [nonce(this.id), nonce(peer)];
    this.#linkedAt.set(peer, this.#around.world.now);
    this.#input({ type: "link-up", peer: peer as NodeId, localNonce: ours, remoteNonce: theirs });
  }

  linkDown(peer: string): void {
    this.#endService(peer);
    this.#linked.set(peer, this.linkedMs(peer));
    this.#linkedAt.delete(peer);
    this.#input({ type: "link-down", peer: peer as NodeId });
    // As connection set-up does it: a link that is wanted is dialled again.
    if (this.wants.has(peer as NodeId)) this.#around.dial(this.id, peer as NodeId, true);
  }

  receive(from: string, message: SwarmMessage): void {
    this.#input({ type: "message", peer: from as NodeId, message });
  }

  block(from: string, block: BlockMessage): void {
    const { length } = block.payload;
    this.received += length;
    this.from.set(from, (this.from.get(from) ?? 0) + length);
    this.#input({ type: "block", peer: from as NodeId, block });
  }

  flushed(to: string, queuedBytes: number): void {
    this.#input({ type: "flushed", peer: to as NodeId, queuedBytes });
  }

  tick(): void {
    this.#input({ type: "tick" });
  }

  /** Ms of service to a peer until now. */
  servedMs(peer: string): number {
    const since = this.#unchoked.get(peer);
    return (this.served.get(peer) ?? 0) + (since === undefined ? 0 : this.#around.world.now - since);
  }

  /** Ms of the link to a peer until now. */
  linkedMs(peer: string): number {
    const since = this.#linkedAt.get(peer);
    return (this.#linked.get(peer) ?? 0) + (since === undefined ? 0 : this.#around.world.now - since);
  }

  #input(input: SwarmInput): void {
    const pending = [input];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      for (const effect of this.#machine.handle(next, this.#around.world.now)) {
        const answer = this.#perform(effect);
        if (answer !== null) pending.push(answer);
      }
    }
  }

  /** Returns what the machine is told at once. */
  #perform(effect: SwarmEffect): SwarmInput | null {
    const { world, share } = this.#around;
    switch (effect.type) {
      case "send":
        this.#send(effect.peer, effect.message);
        return null;
      case "send-block":
        this.#sendBlock(effect);
        return null;
      case "drop":
        this.dropped.set(effect.reason, (this.dropped.get(effect.reason) ?? 0) + 1);
        world.after(0, () => world.unlink(this.id, effect.peer));
        return null;
      case "want-link":
        this.wants.add(effect.peer);
        this.#around.dial(this.id, effect.peer);
        return null;
      case "release-link":
        this.wants.delete(effect.peer);
        this.#around.release(this.id, effect.peer);
        return null;
      case "find-providers":
        return { type: "providers", root: effect.root, peers: this.#around.providers(this) };
      case "verify":
        return { type: "verified", root: effect.root, piece: effect.piece, ok: true };
      case "store":
        return { type: "stored", root: effect.root, pieces: effect.pieces };
      case "load":
        return { type: "loaded", root: effect.root, piece: effect.piece, bytes: share.blank };
      case "have":
        this.pieces += effect.pieces.length;
        this.pieceTimes += effect.pieces.length * (world.now - this.startedAt);
        return null;
      case "complete":
        this.#complete(effect.root);
        return null;
      default:
        return null;
    }
  }

  #complete(_root: Root): void {
    if (this.seed || !Number.isNaN(this.completedAt)) return;
    this.completedAt = this.#around.world.now;
    this.givenWhenComplete = this.given;
    this.#around.completed(this);
  }

  #send(peer: NodeId, message: SwarmMessage): void {
    if (message.type === "unchoke") {
      if (this.conduct !== "contributor") return;
      this.#unchoked.set(peer, this.#around.world.now);
    } else if (message.type === "choke") this.#endService(peer);
    this.#around.world.send(this.id, peer, message);
  }

  #endService(peer: string): void {
    const since = this.#unchoked.get(peer);
    this.#unchoked.delete(peer);
    if (since !== undefined) this.served.set(peer, (this.served.get(peer) ?? 0) + this.#around.world.now - since);
  }

  #sendBlock({ peer, block }: Extract<SwarmEffect, { type: "send-block" }>): void {
    const { length } = block.payload;
    this.given += length;
    this.#around.world.sendBlock(this.id, peer, length, block);
  }
}

function nonce(id: string): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = id.charCodeAt(i % id.length);
  return out;
}
