import type { NodeId, OverlayFrame, OverlayKey } from "@starling/protocol";
import {
  Adversary,
  type Conduct,
  commonBits,
  type DialCosts,
  flipBit,
  OverlayWorld,
  Random,
  Samples,
} from "@starling/sim";
import { type Command, DhtHost, type Operation, type Shared } from "./overlay-host.ts";

const SIBLINGS = 8;
const BUCKET_LINKS = 2;
/** When the server comes to a network that is linked at once (ms). */
const WARMING = 100;

export interface NetworkOptions {
  readonly seed: number;
  readonly tickMs?: number;
  readonly costs?: Partial<DialCosts>;
}

/**
 * The body as a string while it is under way, and in shared memory where it arrives. Other bytes V8 keeps outside of its heap,
 * and it collects everything each time 64 MB more of them are held: that took two thirds of the time where 100,000 nodes
 * had frames under way.
 */
function holdFrame({ body, ...head }: OverlayFrame): () => OverlayFrame {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
  return () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(text.length));
    Buffer.from(bytes.buffer).write(text, "latin1");
    return { ...head, body: bytes };
  };
}

/** How a node misbehaves; null: it does not. */
export type ConductOf = (self: NodeId) => Conduct<OverlayFrame> | null;

/** Many real `Dht`s in one simulated world, with an oracle that knows them all. */
export class DhtNetwork {
  readonly world: OverlayWorld<OverlayFrame>;
  readonly random: Random;
  readonly shared: Shared = { keys: new Map(), fastHops: new Samples() };
  readonly #hosts = new Map<string, DhtHost>();

  constructor({ seed, tickMs = 1_000, costs }: NetworkOptions) {
    this.world = new OverlayWorld({ seed, tickMs, ...(costs === undefined ? {} : { costs }) }, holdFrame);
    this.random = new Random(seed + 1);
  }

  /** Hosts that live, in the order of their coming. */
  get hosts(): DhtHost[] {
    return [...this.world.nodes()].flatMap(({ id }) => this.#hosts.get(id) ?? []);
  }

  /** A node that is not in the world yet. */
  make(publicKey: Uint8Array = this.random.bytes(32)): DhtHost {
    const host = new DhtHost(this.shared, publicKey);
    this.#hosts.set(host.id, host);
    return host;
  }

  /** A node enters, with a conduct if it is to misbehave. */
  add(conductOf?: ConductOf, publicKey?: Uint8Array): DhtHost {
    const host = this.make(publicKey);
    const conduct = conductOf?.(host.id) ?? null;
    const { events } = this.world;
    const later = (delayMs: number, run: () => void) => events.after(delayMs, run);
    this.world.add(conduct === null ? host : new Adversary(host, conduct, later));
    return host;
  }

  run(ms: number): void {
    this.world.run(this.world.now + ms);
  }

  /** `count` nodes come, one every `gapMs`. */
  grow(count: number, gapMs: number, conductOf?: ConductOf): DhtHost[] {
    return Array.from({ length: count }, () => {
      const host = this.add(conductOf);
      this.run(gapMs);
      return host;
    });
  }

  /**
   * `count` nodes, linked as a settled network is (eight siblings, links in every bucket), without the dials: the way to
   * ten and a hundred thousand nodes. The server comes only then, or all would join by it.
   */
  warm(count: number, conductOf?: ConductOf): void {
    this.world.setServer(false);
    this.world.events.after(WARMING, () => this.world.setServer(true));
    const hosts = Array.from({ length: count }, () => this.add(conductOf));
    const linked = new Map(hosts.map(({ id }) => [id as string, new Set<string>()]));
    const link = (id: string, peer: string) => {
      if (id === peer || linked.get(id)?.has(peer) || !this.world.connectable(id, peer)) return;
      linked.get(id)?.add(peer);
      linked.get(peer)?.add(id);
      this.world.events.after(0, () => this.world.linkAtOnce(id, peer));
    };
    for (const { id } of hosts) for (const peer of this.world.ids.nearest(id, SIBLINGS + 1)) link(id, peer);
    for (const { id } of hosts) this.#fillBuckets(id, linked.get(id) ?? new Set(), (peer) => link(id, peer));
  }

  /** Links for the buckets that have fewer than two, as a node would dial them. */
  #fillBuckets(id: NodeId, linked: ReadonlySet<string>, link: (peer: string) => void): void {
    const { ids } = this.world;
    const counts = new Map<number, number>();
    for (const peer of linked) counts.set(commonBits(id, peer), (counts.get(commonBits(id, peer)) ?? 0) + 1);
    for (let bit = 0; bit <= this.depth(id); bit++) {
      for (let i = counts.get(bit) ?? 0; i < BUCKET_LINKS; i++) {
        const peer = ids.anySharing(flipBit(id, bit), bit + 1, this.random);
        if (peer !== undefined) link(peer);
      }
    }
  }

  any(): DhtHost {
    const hosts = this.hosts;
    const host = hosts[this.random.below(hosts.length)];
    if (host === undefined) throw new Error("an empty network");
    return host;
  }

  /** One that could be asked for something: linked, and its page not frozen. */
  anyLinked(among: (id: string) => boolean = () => true): DhtHost {
    for (;;) {
      const host = this.any();
      const page = this.world.node(host.id);
      if (page !== undefined && page.visibility !== "frozen" && page.links.size > 0 && among(host.id)) return host;
    }
  }

  ask(host: DhtHost, command: Command): Operation {
    let operation: Operation | null = null;
    this.world.enter(host.id, () => {
      operation = host.run(command);
    });
    if (operation === null) throw new Error(`${host.id} is frozen or gone`);
    return operation;
  }

  /** Runs until all have ended, at most `limitMs`. */
  finish(operations: readonly Operation[], limitMs = 60_000): void {
    const end = this.world.now + limitMs;
    while (this.world.now < end && operations.some(({ took }) => Number.isNaN(took))) this.run(100);
  }

  /** True nearest nodes that this one could be linked with, and is not. `among`: those that count. */
  missingSiblings({ id }: DhtHost, among: (other: string) => boolean = () => true): string[] {
    const links = this.world.node(id)?.links;
    const siblings = this.world.ids.nearest(id, SIBLINGS + 1).filter((other) => other !== id);
    return siblings.filter((other) => !links?.has(other) && this.world.connectable(id, other) && among(other));
  }

  /** Share of nodes that are linked with all of their true nearest. */
  siblingsRight(): number {
    const { hosts } = this;
    return hosts.filter((host) => this.missingSiblings(host).length === 0).length / hosts.length;
  }

  /** Of the full nodes among the eight nearest a key, the share that holds the immutable record under it. */
  replicated(key: OverlayKey): number {
    const nearest = this.world.ids.nearest(key, SIBLINGS).flatMap((id) => this.#hosts.get(id) ?? []);
    const replicas = nearest.filter(({ machine }) => machine?.full);
    return replicas.filter((host) => host.holds(key)).length / Math.max(1, replicas.length);
  }

  /** Bits that a node shares with its nearest one. */
  depth(id: NodeId): number {
    return commonBits(id, this.world.ids.nearest(id, 2)[1] ?? id);
  }
}
