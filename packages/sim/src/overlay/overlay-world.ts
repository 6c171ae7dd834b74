import { EventQueue } from "../event-queue.ts";
import { IdIndex } from "../id-index.ts";
import { Random } from "../random.ts";
import { TraceHash } from "../trace-hash.ts";
import { BootstrapServer } from "./bootstrap-server.ts";
import { Channels, type HoldFrame } from "./channels.ts";
import { connectable, DIAL_COSTS, type DialCosts } from "./dial-costs.ts";
import { drawPlace } from "./latency-map.ts";
import { LinkMaking } from "./link-making.ts";
import type { OverlayHost, OverlayPort, PageVisibility } from "./overlay-host.ts";
import { enter, newNode, type OverlayNode, turn } from "./overlay-node.ts";
import { ServerAccess } from "./server-access.ts";
import { TickWheel } from "./tick-wheel.ts";

/** As in packages/connect: a link that its dialler no longer wants ends after so long. */
const LINGER_MS = 20_000;
const BAN_MS = 600_000;

/** How a node ends: says goodbye, has its channels closed by the browser, or vanishes with its network. */
export type Departure = "leave" | "closed" | "silent";

export interface OverlayWorldOptions {
  readonly seed: number;
  /** Between ticks of a visible page; a hidden one is ticked at most once a second. */
  readonly tickMs: number;
  readonly costs?: Partial<DialCosts>;
  /** Whether a node that does not need the server stays connected to it, without messages. */
  readonly keepsIdleServer?: boolean;
}

/**
 * The world that overlays run in: virtual time, latencies, the making of links at its price, channels that close at
 * once or silently, hidden and frozen pages, partitions, and a bootstrap server. Frames are passed as objects and
 * counted by the length that the sender names; bandwidth is not modelled, as overlay frames are small. Every run of one
 * seed with the same calls gives the same trace.
 */
export class OverlayWorld<Frame> {
  readonly random: Random;
  readonly events = new EventQueue();
  readonly trace = new TraceHash();
  readonly server: BootstrapServer;
  /** All that live, for oracles. */
  readonly ids = new IdIndex();
  readonly #nodes = new Map<string, OverlayNode<Frame>>();
  readonly #costs: DialCosts;
  readonly #making: LinkMaking<Frame>;
  readonly #channels: Channels<Frame>;
  readonly #wheel: TickWheel<OverlayNode<Frame>>;
  readonly #access: ServerAccess<Frame>;
  #made = 0;
  /** Told of every frame as it is sent: counts hops, bytes by type, what a test needs. */
  onSend: ((from: string, to: string, frame: Frame, bytes: number) => void) | null = null;

  constructor(options: OverlayWorldOptions, hold: HoldFrame<Frame> = (frame) => () => frame) {
    this.random = new Random(options.seed);
    this.server = new BootstrapServer(new Random(this.random.u32()));
    this.#costs = { ...DIAL_COSTS, ...options.costs };
    this.#channels = new Channels<Frame>({
      events: this.events,
      trace: this.trace,
      hold,
      sent: (from, to, frame, bytes) => this.onSend?.(from, to, frame, bytes),
    });
    this.#access = new ServerAccess<Frame>({
      events: this.events,
      random: this.random,
      server: this.server,
      keepsIdle: options.keepsIdleServer ?? true,
      node: (id) => this.#nodes.get(id),
      nodes: () => this.#nodes.values(),
    });
    this.#making = new LinkMaking<Frame>(
      {
        events: this.events,
        random: this.random,
        node: (id) => this.#nodes.get(id),
        reachable: (a, b) => a.group === b.group,
        signal: (from, to, deliver) => this.#access.signal(from, to, deliver),
        link: (dialler, accepter) => this.#channels.open(dialler, accepter),
      },
      this.#costs,
    );
    this.#wheel = new TickWheel(this.events, options.tickMs, (node) => this.#tick(node));
  }

  get now(): number {
    return this.events.now;
  }

  /** Nodes that live, in the order of their entering. */
  nodes(): IterableIterator<OverlayNode<Frame>> {
    return this.#nodes.values();
  }

  node(id: string): OverlayNode<Frame> | undefined {
    return this.#nodes.get(id);
  }

  /** A node enters: its host starts, and the server welcomes it if it is there. */
  add(host: OverlayHost<Frame>): OverlayNode<Frame> {
    const place = drawPlace(this.random);
    const node = newNode(host, this.#made++, place, new Random(this.random.u32()), this.now);
    this.#nodes.set(node.id, node);
    this.ids.add(node.id);
    this.#wheel.add(node, this.random);
    host.start(this.#port(node));
    this.#access.welcome(node);
    return node;
  }

  remove(id: string, how: Departure): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    if (how === "leave") enter(node, () => node.host.leaving());
    node.alive = false;
    this.#nodes.delete(id);
    this.ids.delete(id);
    this.server.disconnect(id);
    this.#wheel.delete(node);
    this.#making.gone(node);
    this.#channels.gone(node, how === "silent");
  }

  setVisibility(id: string, visibility: PageVisibility): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) turn(node, visibility);
  }

  /**
   * Splits the nodes that live into groups that cannot reach each other. Frames across are lost; links across end when
   * consent expires. `serverReaches` tells which groups still reach the server.
   */
  partition(groupOf: (id: string) => number, serverReaches: (group: number) => boolean = () => true): void {
    for (const node of this.#nodes.values()) node.group = groupOf(node.id);
    this.#access.limitTo(serverReaches);
    for (const node of this.#nodes.values()) this.#channels.regrouped(node);
  }

  /** Ends a partition: all can reach each other again. */
  heal(): void {
    for (const node of this.#nodes.values()) node.group = 0;
    this.#access.limitTo(() => true);
  }

  /** The server goes, or comes back and welcomes everyone within five seconds. */
  setServer(up: boolean): void {
    this.#access.setUp(up);
  }

  /** Whether two nodes that live can connect at all: some pairs of NATs never let them. */
  connectable(a: string, b: string): boolean {
    const [first, second] = [this.#nodes.get(a), this.#nodes.get(b)];
    return first !== undefined && second !== undefined && connectable(this.#costs, first.index, second.index);
  }

  /**
   * Links two nodes without a dial: a warm start for large networks. Neither host takes it for a dial of its own, so that
   * both are as nodes that others have joined.
   */
  linkAtOnce(a: string, b: string): void {
    const [first, second] = [this.#nodes.get(a), this.#nodes.get(b)];
    if (first === undefined || second === undefined || first === second || first.links.has(b)) return;
    first.created++;
    second.created++;
    first.wants.add(b);
    this.#channels.open(first, second, false);
  }

  /** Enters a host as its own user would, now or when its page thaws. */
  enter(id: string, run: () => void): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) enter(node, run);
  }

  /** Runs until virtual time `until`, or until `done` holds (asked after every event). */
  run(until: number, done: () => boolean = () => false): boolean {
    while (!done()) {
      if (!this.events.step(until)) {
        this.events.advance(until);
        return done();
      }
    }
    return true;
  }

  #port(node: OverlayNode<Frame>): OverlayPort<Frame> {
    const events = this.events;
    return {
      get now() {
        return events.now;
      },
      random: node.random,
      send: (to, frame, bytes) => this.#channels.send(node, to, frame, bytes),
      want: (peer, optional) => this.#want(node, peer, optional),
      release: (peer) => this.#release(node, peer),
      drop: (peer, ban) => this.#drop(node, peer, ban),
      carried: (from, body) => this.#making.carried(node, from, body),
      uncarried: (to) => this.#making.uncarried(node, to),
      askServer: (near) => this.#access.ask(node, near),
      serverNeeded: (needed) => this.#access.needed(node, needed),
      links: () => [...node.links.keys()],
    };
  }

  #tick(node: OverlayNode<Frame>): void {
    if (node.visibility === "frozen") return;
    if (node.visibility === "hidden" && this.now - node.lastTick < 999) return;
    node.lastTick = this.now;
    node.host.tick();
  }

  #want(node: OverlayNode<Frame>, peer: string, optional: boolean): void {
    if (peer === node.id) return;
    node.wants.add(peer);
    if (!node.links.has(peer)) this.#making.dial(node, peer, optional);
  }

  #release(node: OverlayNode<Frame>, peer: string): void {
    if (!node.wants.delete(peer)) return;
    const link = node.links.get(peer);
    if (link?.dialler !== node) return;
    this.events.after(LINGER_MS, () => {
      if (link.open && node.alive && !node.wants.has(peer)) this.#channels.close(link, node);
    });
  }

  #drop(node: OverlayNode<Frame>, peer: string, ban: boolean): void {
    node.wants.delete(peer);
    if (ban) node.bans.set(peer, this.now + BAN_MS);
    const link = node.links.get(peer);
    if (link !== undefined) this.#channels.close(link, node);
  }
}
