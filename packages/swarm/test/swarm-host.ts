import {
  decodeSwarmFrame,
  encodeSwarmFrame,
  type Machine,
  type NodeId,
  type PieceRange,
  type Root,
} from "@starling/protocol";
import {
  type Host,
  type NodeRates,
  PacketNetwork,
  type PacketNetworkOptions,
  Random,
  Simulation,
  type World,
} from "@starling/sim";
import { Swarm, type SwarmEffect, type SwarmInput, type SwarmLimits } from "../src/index.ts";
import { allBits, type DrawnShare, node } from "./drawn-share.ts";

const LAN: NodeRates = { up: 10e6, down: 10e6 };

export interface HostOptions {
  readonly number: number;
  readonly rates?: NodeRates;
  readonly limits?: Partial<SwarmLimits>;
  /** What a faulty node does instead of an effect. */
  readonly tamper?: (effect: SwarmEffect) => SwarmEffect | null;
  readonly quotaBytes?: number;
}

/** A node of a simulated swarm: a real machine with memory for a store. */
export class SwarmHost implements Host<SwarmInput, SwarmEffect> {
  readonly id: NodeId;
  readonly rates: NodeRates;
  readonly machine: Swarm & Machine<SwarmInput, SwarmEffect>;
  readonly pieces = new Map<Root, Map<number, Uint8Array>>();
  readonly completeAt = new Map<Root, number>();
  readonly failed = new Set<Root>();
  readonly wants = new Set<string>();
  readonly dropped: { peer: NodeId; reason: string; ban: boolean }[] = [];
  /** Numbers of further associations asked for, in turn. */
  readonly lanes: number[] = [];
  sentBytes = 0;
  sentTo = new Map<string, number>();
  receivedBytes = 0;
  maxHeld = 0;
  maxBegun = 0;
  quotaBytes: number;
  readonly #swarm: SimulatedSwarm;
  readonly #options: HostOptions;

  constructor(swarm: SimulatedSwarm, options: HostOptions) {
    this.#swarm = swarm;
    this.#options = options;
    this.quotaBytes = options.quotaBytes ?? Number.POSITIVE_INFINITY;
    this.id = node(options.number);
    this.rates = options.rates ?? LAN;
    const random = new Random(swarm.simulation.random.u32());
    this.machine = new Swarm({
      self: this.id,
      random: random.unit,
      ...(options.limits ? { limits: options.limits } : {}),
    });
  }

  perform(original: SwarmEffect, world: World<SwarmInput>): void {
    const effect = this.#options.tamper === undefined ? original : this.#options.tamper(original);
    if (effect === null) return;
    const { memory } = this.machine;
    this.maxHeld = Math.max(this.maxHeld, memory.held);
    this.maxBegun = Math.max(this.maxBegun, memory.begun + memory.outstanding);
    switch (effect.type) {
      case "send": {
        const frame = encodeSwarmFrame(effect.message);
        const deliver = () => {
          const message = decodeSwarmFrame(frame);
          if (message === null) return;
          const queuedBytes = world.network.queued(effect.peer, this.id);
          const input = { type: "message", peer: this.id, message, queuedBytes } as const;
          world.inputAfter(this.#swarm.pageDelay, effect.peer, input);
        };
        world.network.send(this.id, effect.peer, { bytes: frame.length, priority: "control", deliver });
        return;
      }
      case "send-block":
        return this.#sendBlock(effect, world);
      case "measure": {
        const roundTripMs = this.#swarm.roundTripMs(this.id, effect.peer);
        if (roundTripMs !== null) world.inputAfter(1, this.id, { type: "path", peer: effect.peer, roundTripMs });
        return;
      }
      case "lanes":
        this.lanes.push(effect.count);
        if (world.network instanceof PacketNetwork) world.network.widen(this.id, effect.peer, effect.count);
        return;
      case "drop":
        this.dropped.push(effect);
        return this.#swarm.unlink(this.id, effect.peer);
      case "want-link":
        this.wants.add(`${effect.peer}/${effect.root}`);
        return this.#swarm.dial(this.id, effect.peer);
      case "release-link":
        this.wants.delete(`${effect.peer}/${effect.root}`);
        return this.#swarm.undial(this.id, effect.peer);
      case "find-providers":
        return world.inputAfter(20, this.id, { type: "providers", root: effect.root, peers: this.#swarm.providers });
      case "verify": {
        const ok = sameBytes(effect.bytes, this.#swarm.share(effect.root).pieces[effect.piece]);
        return world.inputAfter(1, this.id, { type: "verified", root: effect.root, piece: effect.piece, ok });
      }
      case "store":
        return this.#store(effect, world);
      case "load": {
        const bytes = this.pieces.get(effect.root)?.get(effect.piece) ?? null;
        return world.inputAfter(2, this.id, { type: "loaded", root: effect.root, piece: effect.piece, bytes });
      }
      case "complete":
        if (!this.completeAt.has(effect.root)) this.completeAt.set(effect.root, world.now);
        return;
      case "failed":
        this.failed.add(effect.root);
        return;
      default:
        return;
    }
  }

  #sendBlock(effect: Extract<SwarmEffect, { type: "send-block" }>, world: World<SwarmInput>): void {
    const { length } = effect.block.payload;
    this.sentBytes += length;
    this.sentTo.set(effect.peer, (this.sentTo.get(effect.peer) ?? 0) + length);
    const deliver = () => {
      this.#swarm.host(effect.peer).receivedBytes += length;
      world.inputAfter(this.#swarm.pageDelay, effect.peer, { type: "block", peer: this.id, block: effect.block });
    };
    world.network.send(this.id, effect.peer, { bytes: length + 15, priority: "block", deliver });
  }

  #store({ root, piece, bytes }: Extract<SwarmEffect, { type: "store" }>, world: World<SwarmInput>): void {
    if (bytes.length > this.quotaBytes) {
      world.inputAfter(5, this.id, { type: "store-failed", root, pieces: [piece], reason: "quota" });
      return;
    }
    this.quotaBytes -= bytes.length;
    const of = this.pieces.get(root) ?? new Map<number, Uint8Array>();
    this.pieces.set(root, of);
    of.set(piece, bytes);
    world.inputAfter(5, this.id, { type: "stored", root, pieces: [piece] });
  }
}

/** Nodes, the links between them, and who is told about whom. */
export class SimulatedSwarm {
  readonly simulation: Simulation<SwarmInput, SwarmEffect>;
  /** What `find-providers` finds. */
  providers: NodeId[] = [];
  readonly #hosts = new Map<string, SwarmHost>();
  readonly #shares = new Map<Root, DrawnShare>();
  readonly #dialling = new Set<string>();
  /** Ms that a page is busy with other things before it reads a message. */
  pageDelay = 0;
  readonly #hopDelay: number | null;

  /** @param network one-way latency in ms of a network without packets, or what packets meet. */
  constructor(seed: number, network: number | PacketNetworkOptions = 5) {
    this.#hopDelay = typeof network === "number" ? null : network.hopDelay;
    const options = { seed, latency: 0, tick: { type: "tick" }, tickEvery: 250 } as const;
    this.simulation =
      typeof network === "number"
        ? new Simulation({ ...options, latency: network })
        : new Simulation({ ...options, network: (events, random) => new PacketNetwork(events, random, network) });
  }

  host(id: string): SwarmHost {
    const host = this.#hosts.get(id);
    if (host === undefined) throw new RangeError(`no host ${id}`);
    return host;
  }

  share(root: Root): DrawnShare {
    const share = this.#shares.get(root);
    if (share === undefined) throw new RangeError(`no share ${root}`);
    return share;
  }

  add(options: HostOptions): SwarmHost {
    const host = new SwarmHost(this, options);
    this.#hosts.set(host.id, host);
    this.simulation.add(host);
    return host;
  }

  seed(host: SwarmHost, share: DrawnShare): void {
    this.#shares.set(share.root, share);
    host.pieces.set(share.root, new Map(share.pieces.entries()));
    const have = allBits(share.pieces.length);
    const { root, manifest } = share;
    this.simulation.input(host.id, { type: "add", root, manifest, have, wanted: [], paused: false });
    this.providers.push(host.id);
  }

  leech(host: SwarmHost, share: DrawnShare, wanted: readonly PieceRange[] = [[0, share.pieces.length]]): void {
    this.#shares.set(share.root, share);
    this.simulation.input(host.id, {
      type: "add",
      root: share.root,
      manifest: null,
      have: null,
      wanted,
      paused: false,
    });
  }

  dial(from: NodeId, to: NodeId): void {
    const { simulation } = this;
    const key = [from, to].sort().join("-");
    if (this.#dialling.has(key) || !this.#hosts.has(to)) return;
    this.#dialling.add(key);
    simulation.after(50 + simulation.random.below(50), () => {
      this.#dialling.delete(key);
      if (!simulation.running(from) || !simulation.running(to) || simulation.network.linked(from, to)) return;
      if (!this.#wanted(from, to)) return;
      this.link(from, to);
    });
  }

  link(from: NodeId, to: NodeId): void {
    const { simulation } = this;
    const flushed = (side: string, peer: string, queuedBytes: number) =>
      simulation.input(side, { type: "flushed", peer: peer as NodeId, queuedBytes });
    simulation.network.link(from, to, flushed);
    const [a, b] = [simulation.random.bytes(32), simulation.random.bytes(32)];
    simulation.input(from, { type: "link-up", peer: to, localNonce: a, remoteNonce: b });
    simulation.input(to, { type: "link-up", peer: from, localNonce: b, remoteNonce: a });
  }

  /** What a packet would take to a peer and back; null where there are no packets. */
  roundTripMs(from: NodeId, to: NodeId): number | null {
    const { network } = this.simulation;
    if (!(network instanceof PacketNetwork) || this.#hopDelay === null) return null;
    const waits = [from, to].map((id) => network.lines(id).up.wait + network.lines(id).down.wait);
    return waits.reduce((sum, wait) => sum + wait, 4 * this.#hopDelay);
  }

  /** Ends a link that no side wants any more. */
  undial(a: NodeId, b: NodeId): void {
    if (!this.#wanted(a, b)) this.unlink(a, b);
  }

  /** Ends a link; it is dialled again a second later if somebody wants it. */
  unlink(a: NodeId, b: NodeId): void {
    const { simulation } = this;
    if (!simulation.network.linked(a, b)) return;
    simulation.network.unlink(a, b);
    simulation.input(a, { type: "link-down", peer: b });
    simulation.input(b, { type: "link-down", peer: a });
    simulation.after(1000, () => {
      if (this.#wanted(a, b)) this.dial(a, b);
    });
  }

  /** The node is gone for good. */
  stop(host: SwarmHost): void {
    this.providers = this.providers.filter((id) => id !== host.id);
    this.simulation.stop(host.id);
    for (const id of this.simulation.network.neighbours(host.id)) this.unlink(host.id, id as NodeId);
  }

  #wanted(a: NodeId, b: NodeId): boolean {
    const wants = (from: NodeId, to: NodeId) => [...this.host(from).wants].some((key) => key.startsWith(to));
    return wants(a, b) || wants(b, a);
  }
}

/** Whether a host holds exactly the share's bytes. */
export function holds(host: SwarmHost, share: DrawnShare): boolean {
  const mine = host.pieces.get(share.root);
  return share.pieces.every((bytes, i) => {
    const first = share.hashes.indexOf(share.hashes[i]!);
    const stored = mine?.get(first);
    return sameBytes(stored, bytes);
  });
}

/** In place of a hash, which would take most of a run's time. */
function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
