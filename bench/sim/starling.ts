import type { NodeId, OverlayFrame } from "@starling/protocol";
import { Churn, type Conduct, Samples, type SessionLengths } from "@starling/sim";
import { Library, type Readings } from "../../packages/dht/test/overlay-library.ts";
import { DhtNetwork } from "../../packages/dht/test/overlay-network.ts";
import { frameKind } from "./frame-kinds.ts";
import { useUncountedBuffers } from "./uncounted-buffers.ts";

export const STARLING = "Starling (real machine)";

/** Above this many nodes a network starts linked as a settled one is, instead of growing dial by dial. */
const GROWN_NODES = 100;
/** Until a network that grew, and one that started linked, is at rest. */
const GROWN_SETTLE_MS = 180_000;
const WARM_SETTLE_MS = 30_000;
/**
 * From so many nodes on each virtual second takes minutes. Nodes that were linked at one stroke have said to one another
 * what they have to say after two seconds; their first pings and exchanges of upkeep come after 15. Every pair can connect
 * there, as a settled network has long given up those that cannot; finding them out is a third of the work.
 */
const LARGE_NODES = 30_000;
const LARGE_SETTLE_MS = 3_000;
const LARGE_COSTS = { pairFailure: 0 };
/** Over which look-ups are spread. */
const READING_MS = 20_000;
const LARGE_READING_MS = 4_000;

/** A settled network of real machines, and what is to be measured on it. */
export class Starling {
  readonly network: DhtNetwork;
  readonly library: Library;
  readonly #bad = new Set<string>();
  readonly #readingMs: number;

  /** @param conductOf how some of the nodes misbehave; null for a good one. */
  constructor(
    seed: number,
    nodes: number,
    conductOf?: (self: NodeId, network: DhtNetwork) => Conduct<OverlayFrame> | null,
  ) {
    const isLarge = nodes >= LARGE_NODES;
    if (isLarge) useUncountedBuffers();
    this.#readingMs = isLarge ? LARGE_READING_MS : READING_MS;
    this.network = new DhtNetwork({ seed, ...(isLarge ? { costs: LARGE_COSTS } : {}) });
    this.library = new Library(this.network, (id) => !this.#bad.has(id));
    const conduct = (self: NodeId) => {
      const drawn = conductOf?.(self, this.network) ?? null;
      if (drawn !== null) this.#bad.add(self);
      return drawn;
    };
    const grows = nodes <= GROWN_NODES;
    if (grows) this.network.grow(nodes, 200, conduct);
    else this.network.warm(nodes, conduct);
    const warmSettle = isLarge ? LARGE_SETTLE_MS : WARM_SETTLE_MS;
    this.network.run(grows ? GROWN_SETTLE_MS : warmSettle);
  }

  /** Nodes come and go from now on. */
  churn(lengths: SessionLengths): Churn<OverlayFrame> {
    const { network } = this;
    return new Churn(network.world, {
      seed: network.random.u32(),
      lengths,
      departures: ["leave", "closed", "closed", "silent"],
      arrive: () => network.make(),
    });
  }

  massLeave(share: number): void {
    for (const { id } of this.network.hosts) {
      if (this.network.random.unit() < share) this.network.world.remove(id, "closed");
    }
  }

  read(count: number, overMs: number): Readings {
    return this.library.read(count, overMs);
  }

  /** Links of the nodes that live. */
  links(): Samples {
    const samples = new Samples();
    for (const node of this.network.world.nodes()) samples.add(node.links.size);
    return samples;
  }

  /** As {@link read}, in a while that suits the network's size, with the frames of all kinds that the look-ups caused, at whatever hop. */
  readCounting(count: number): Readings & { readonly frames: number } {
    const { world } = this.network;
    const keys = this.library.keys;
    const ids = new Set<string>();
    let frames = 0;
    world.onSend = (_from, _to, { id, target }) => {
      if (keys.has(target)) ids.add(id);
      if (ids.has(id)) frames++;
    };
    const readings = this.read(count, this.#readingMs);
    world.onSend = null;
    return { ...readings, frames };
  }

  /**
   * Bytes and frames a second, per node, over the next `ms` in which nobody asks for anything. `kinds`: bytes a second and
   * node by what the frames were for, the most first.
   */
  upkeep(ms: number): { bytes: Samples; frames: Samples; kinds: readonly (readonly [string, number])[] } {
    const { world } = this.network;
    const before = new Map([...world.nodes()].map(({ id, sent }) => [id, { ...sent }]));
    const kinds = new Map<string, number>();
    const share = 1_000 / ms / before.size;
    world.onSend = (_from, _to, frame, length) => {
      const kind = frameKind(frame);
      kinds.set(kind, (kinds.get(kind) ?? 0) + length * share);
    };
    this.network.run(ms);
    world.onSend = null;
    const [bytes, frames] = [new Samples(), new Samples()];
    for (const { id, sent } of this.network.world.nodes()) {
      const then = before.get(id);
      if (then === undefined) continue;
      bytes.add(((sent.bytes - then.bytes) * 1_000) / ms);
      frames.add(((sent.frames - then.frames) * 1_000) / ms);
    }
    return { bytes, frames, kinds: [...kinds].sort((a, b) => b[1] - a[1]) };
  }
}
