import { EventQueue } from "../event-queue.ts";
import { IdIndex } from "../id-index.ts";
import { Random } from "../random.ts";
import { TraceHash } from "../trace-hash.ts";
import { BootstrapServer } from "./bootstrap-server.ts";
import { connectable, DIAL_COSTS, type DialCosts } from "./dial-costs.ts";
import { drawPlace, oneWayMs } from "./latency-map.ts";
import { LinkMaking } from "./link-making.ts";
import type { OverlayHost, OverlayPort, PageVisibility } from "./overlay-host.ts";
import { type OverlayLink, type OverlayNode, otherEnd } from "./overlay-node.ts";
import { ServerAccess } from "./server-access.ts";
import { TickWheel } from "./tick-wheel.ts";

/** A peer that vanishes without a word is noticed when consent to send expires (RFC 7675, section 5.1). */
const CONSENT_EXPIRY_MS = 30_000;
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

/** Makes of a frame that is sent what gives it back when it arrives: cheaper to hold meanwhile, where many are under way. */
export type HoldFrame<Frame> = (frame: Frame) => () => Frame;

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
  readonly #links: LinkMaking<Frame>;
  readonly #wheel: TickWheel<OverlayNode<Frame>>;
  readonly #access: ServerAccess<Frame>;
  readonly #hold: HoldFrame<Frame>;
  #made = 0;
  /** Told of every frame as it is sent: counts hops, bytes by type, what a test needs. */
  onSend: ((from: string, to: string, frame: Frame, bytes: number) => void) | null = null;

  constructor(options: OverlayWorldOptions, hold: HoldFrame<Frame> = (frame) => () => frame) {
    this.#hold = hold;
    this.random = new Random(options.seed);
    this.server = new BootstrapServer(new Random(this.random.u32()));
    this.#costs = { ...DIAL_COSTS, ...options.costs };
    this.#access = new ServerAccess<Frame>({
      events: this.events,
      random: this.random,
      server: this.server,
      keepsIdle: options.keepsIdleServer ?? true,
      node: (id) => this.#nodes.get(id),
      nodes: () => this.#nodes.values(),
      enter: (node, run) => this.#enter(node, run),
    });
    this.#links = new LinkMaking<Frame>(
      {
        events: this.events,
        random: this.random,
        node: (id) => this.#nodes.get(id),
        enter: (node, run) => this.#enter(node, run),
        reachable: (a, b) => a.group === b.group,
        signal: (from, to, deliver) => this.#access.signal(from, to, deliver),
        link: (dialler, accepter) => this.#link(dialler, accepter),
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
    const node: OverlayNode<Frame> = {
      id: host.id,
      index: this.#made++,
      host,
      place: drawPlace(this.random),
      random: new Random(this.random.u32()),
      links: new Map(),
      wants: new Set(),
      bans: new Map(),
      inbox: [],
      sent: { frames: 0, bytes: 0 },
      startedAt: this.now,
      visibility: "visible",
      alive: true,
      group: 0,
      created: 0,
      dialsBegun: 0,
      dialsFailed: 0,
      lastTick: this.now,
      serverNeeded: true,
    };
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
    if (how === "leave") this.#enter(node, () => node.host.leaving());
    node.alive = false;
    this.#nodes.delete(id);
    this.ids.delete(id);
    this.server.disconnect(id);
    this.#wheel.delete(node);
    this.#links.gone(node);
    for (const link of node.links.values()) {
      this.events.after(how === "silent" ? CONSENT_EXPIRY_MS : link.delayMs, () =>
        this.#down(link, otherEnd(link, node)),
      );
    }
  }

  setVisibility(id: string, visibility: PageVisibility): void {
    const node = this.#nodes.get(id);
    if (node === undefined || node.visibility === visibility) return;
    if (visibility === "frozen") this.#enter(node, () => node.host.visibility(visibility));
    node.visibility = visibility;
    if (visibility === "frozen") return;
    node.host.visibility(visibility);
    for (const run of node.inbox.splice(0)) if (node.alive) run();
  }

  /**
   * Splits the nodes that live into groups that cannot reach each other. Frames across are lost; links across end when
   * consent expires. `serverReaches` tells which groups still reach the server.
   */
  partition(groupOf: (id: string) => number, serverReaches: (group: number) => boolean = () => true): void {
    for (const node of this.#nodes.values()) node.group = groupOf(node.id);
    this.#access.limitTo(serverReaches);
    for (const node of this.#nodes.values()) {
      for (const link of node.links.values()) if (link.a === node) this.#expireIfCut(link);
    }
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
    this.#link(first, second, false);
  }

  /** Enters a host as its own user would, now or when its page thaws. */
  enter(id: string, run: () => void): void {
    const node = this.#nodes.get(id);
    if (node !== undefined) this.#enter(node, run);
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
      send: (to, frame, bytes) => this.#send(node, to, frame, bytes),
      want: (peer, optional) => this.#want(node, peer, optional),
      release: (peer) => this.#release(node, peer),
      drop: (peer, ban) => this.#drop(node, peer, ban),
      carried: (from, body) => this.#links.carried(node, from, body),
      uncarried: (to) => this.#links.uncarried(node, to),
      askServer: (near) => this.#access.ask(node, near),
      serverNeeded: (needed) => this.#access.needed(node, needed),
      links: () => [...node.links.keys()],
    };
  }

  #enter(node: OverlayNode<Frame>, run: () => void): void {
    if (!node.alive) return;
    if (node.visibility === "frozen") node.inbox.push(run);
    else run();
  }

  #tick(node: OverlayNode<Frame>): void {
    if (node.visibility === "frozen") return;
    if (node.visibility === "hidden" && this.now - node.lastTick < 999) return;
    node.lastTick = this.now;
    node.host.tick();
  }

  #send(from: OverlayNode<Frame>, to: string, frame: Frame, bytes: number): void {
    const link = from.links.get(to);
    if (link === undefined || !from.alive) return;
    from.sent.frames++;
    from.sent.bytes += bytes;
    this.onSend?.(from.id, to, frame, bytes);
    if (link.a.group !== link.b.group) return;
    const target = otherEnd(link, from);
    const held = this.#hold(frame);
    this.events.after(link.delayMs, () => {
      if (!link.open || !target.alive) return;
      this.trace.number(this.now);
      this.trace.number(from.index * 65_536 + target.index + bytes / 1_000);
      this.#enter(target, () => target.host.receive(from.id, held()));
    });
  }

  #want(node: OverlayNode<Frame>, peer: string, optional: boolean): void {
    if (peer === node.id) return;
    node.wants.add(peer);
    if (!node.links.has(peer)) this.#links.dial(node, peer, optional);
  }

  #release(node: OverlayNode<Frame>, peer: string): void {
    if (!node.wants.delete(peer)) return;
    const link = node.links.get(peer);
    if (link?.dialler !== node) return;
    this.events.after(LINGER_MS, () => {
      if (link.open && node.alive && !node.wants.has(peer)) this.#close(link, node);
    });
  }

  #drop(node: OverlayNode<Frame>, peer: string, ban: boolean): void {
    node.wants.delete(peer);
    if (ban) node.bans.set(peer, this.now + BAN_MS);
    const link = node.links.get(peer);
    if (link !== undefined) this.#close(link, node);
  }

  #link(dialler: OverlayNode<Frame>, accepter: OverlayNode<Frame>, dialled = true): void {
    if (dialler.links.has(accepter.id)) return;
    const delayMs = oneWayMs(dialler.place, accepter.place);
    const link: OverlayLink<Frame> = { a: dialler, b: accepter, dialler, delayMs, since: this.now, open: true };
    dialler.links.set(accepter.id, link);
    accepter.links.set(dialler.id, link);
    this.trace.number(this.now);
    this.events.after(0, () => {
      if (link.open) this.#enter(dialler, () => dialler.host.linkUp(accepter.id, dialled));
      if (link.open) this.#enter(accepter, () => accepter.host.linkUp(dialler.id, false));
    });
  }

  /** One end closes the channel: it knows at once, the other a moment later. */
  #close(link: OverlayLink<Frame>, by: OverlayNode<Frame>): void {
    const other = otherEnd(link, by);
    this.events.after(0, () => this.#down(link, by));
    this.events.after(link.delayMs, () => this.#down(link, other));
  }

  #down(link: OverlayLink<Frame>, at: OverlayNode<Frame>): void {
    link.open = false;
    const peer = otherEnd(link, at).id;
    if (at.links.get(peer) !== link) return;
    at.links.delete(peer);
    at.wants.delete(peer);
    this.#enter(at, () => at.host.linkDown(peer));
  }

  #expireIfCut(link: OverlayLink<Frame>): void {
    if (link.a.group === link.b.group) return;
    this.events.after(CONSENT_EXPIRY_MS, () => {
      if (link.a.group === link.b.group) return;
      this.#down(link, link.a);
      this.#down(link, link.b);
    });
  }
}
