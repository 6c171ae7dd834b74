import {
  addVisited,
  decodeReply,
  decodeRoute,
  encodeReply,
  encodeRoute,
  type NodeId,
  OVERLAY,
  OVERLAY_FLAG,
  OVERLAY_TTL,
  type OverlayAnswer,
  type OverlayFrame,
  type OverlayKey,
  type OverlayRequest,
  splitVisited,
  visitedMark,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import { decoded } from "./decoding.ts";
import { LearnedWays } from "./learned-ways.ts";
import { ACK_ROUND_TRIPS, ACK_WAIT, HOP_STATE, HOP_TRIES, MAX_HOP_STATES, SIDEWAYS_HOPS } from "./limits.ts";
import { type Link, sampleRoundTrip } from "./link.ts";
import { mayRelay } from "./relay-limits.ts";
import type { Served } from "./serving.ts";
import { compareDistance } from "./xor.ts";

/** What became of a request of this node: null without an answer in time. */
export type Routed = { readonly answer: OverlayAnswer; readonly hops: number } | null;

/** A request of this node by the fast path. */
export interface FastRequest {
  readonly target: OverlayKey;
  /** Only the node of this very id may answer. */
  readonly exact: boolean;
  readonly request: OverlayRequest;
  readonly waitMs: number;
  /** The neighbour to begin with if it is linked: it said that it is linked with the target. */
  readonly via?: NodeId | null;
  /** Neighbours not to begin with: ways that failed already. */
  readonly avoid?: ReadonlySet<NodeId>;
  /** Told of each neighbour that the request is given to. */
  readonly onBegun?: (first: NodeId) => void;
  readonly done: (routed: Routed) => void;
}

/** What one hop remembers of a request, for 15 s: whence it came, whither it went. */
interface Hop {
  /** Null: it is our own. */
  readonly from: NodeId | null;
  /** As it is to be passed on: ttl counted, this node entered. Without its body once that is no longer needed. */
  frame: OverlayFrame;
  readonly expires: number;
  /** Marks of nodes that it passed. */
  readonly visited: readonly string[];
  readonly tried: Set<NodeId>;
  triesLeft: number;
  /** The neighbour that has not acked yet, or that acked and has not answered. */
  at: NodeId | null;
  sentAt: number;
  ackDue: number;
  /** The reply's body once it passed here: a repeat of the request gets it again. */
  reply: Uint8Array | null;
  own: {
    readonly via: NodeId | null;
    readonly deadline: number;
    readonly onBegun: (first: NodeId) => void;
    readonly done: FastRequest["done"];
  } | null;
}

const NO_BYTES = new Uint8Array();
/** In place of what an ended request held on to. */
const ENDED: Hop["own"] = { via: null, deadline: Number.POSITIVE_INFINITY, onBegun: () => {}, done: () => {} };

/**
 * Recursive greedy routing: each hop passes the request to its neighbour nearest the target that the request has not
 * visited, which acks; without an ack, or with a refusal, to the next best. The answer comes back hop by hop.
 *
 * Invariant: a node passes a request of one id on only once, so that no request runs in circles, whatever its `visited`
 * says; and takes an answer only from a neighbour that it passed the request to.
 */
export class FastPath {
  readonly #ctx: Context;
  readonly #serve: (served: Served) => void;
  /** In the order in which they expire. */
  readonly #hops = new Map<string, Hop>();
  /** Those that wait for an ack or an answer to this node. */
  readonly #waiting = new Map<string, Hop>();
  readonly #learned = new LearnedWays();

  constructor(ctx: Context, serve: (served: Served) => void) {
    this.#ctx = ctx;
    this.#serve = serve;
  }

  /** Sends a request of this node. `done` comes exactly once. */
  request({ target, exact, request, waitMs, via = null, avoid, onBegun = () => {}, done }: FastRequest): void {
    const { self, now } = this.#ctx;
    const id = this.#ctx.messageId();
    const body = encodeRoute({ visited: [visitedMark(self.id)], request });
    const flags = exact ? OVERLAY_FLAG.exact : 0;
    const frame: OverlayFrame = { type: OVERLAY.route, flags, ttl: OVERLAY_TTL, id, target, source: self.id, body };
    const own = { via, deadline: now + waitMs, onBegun, done };
    const hop = this.#remember(frame, null, [], own);
    for (const each of avoid ?? []) hop.tried.add(each);
    if (this.#isDestination(hop)) return this.#serveOwn(hop, request);
    if (!this.#forward(id, hop)) this.#fail(id, hop);
  }

  onRoute(link: Link, frame: OverlayFrame): void {
    const known = this.#hops.get(frame.id);
    if (known !== undefined) return this.#repeated(link, frame, known);
    const prefix = decoded(() => splitVisited(frame.body).prefix);
    if (prefix === null) return this.#ctx.drop(link, "bad-route");
    const addressee = isExact(frame) ? frame.target : null;
    if (addressee !== null) this.#learned.learn(frame.source, link.id);
    const body = addVisited(frame.body, this.#ctx.self.id);
    const next = { ...frame, ttl: frame.ttl - 1, body: body ?? frame.body };
    const hop = this.#remember(next, link.id, prefix, null);
    if (this.#isDestination(hop)) return this.#arrived(link, frame, hop);
    const mayPass =
      frame.ttl > 1 && body !== null && mayRelay(link, frame.source, frame.body.length, addressee, this.#ctx.now);
    if (!mayPass) return this.#ack(link, frame.id, false);
    const passed = this.#forward(frame.id, hop);
    if (!passed && this.#mayServe(hop)) return this.#arrived(link, frame, hop);
    this.#ack(link, frame.id, passed);
  }

  onAck(link: Link, id: string, taken: boolean): void {
    const hop = this.#waiting.get(id);
    if (hop === undefined || hop.at !== link.id) return;
    if (taken) {
      if (hop.ackDue !== Number.POSITIVE_INFINITY) sampleRoundTrip(link, this.#ctx.now - hop.sentAt);
      hop.ackDue = Number.POSITIVE_INFINITY;
      // A relay need not watch it any longer; its state serves the reply and the loss of the neighbour.
      if (hop.own === null) this.#rest(id, hop);
    } else this.#next(id, hop);
  }

  onReply(link: Link, frame: OverlayFrame): void {
    const hop = this.#hops.get(frame.id);
    if (hop === undefined || hop.reply !== null || !hop.tried.has(link.id)) return;
    if (hop.from !== null) return this.#passReply(frame.id, hop, frame);
    if (!this.#waiting.has(frame.id)) return;
    const reply = decoded(() => decodeReply(frame.body));
    this.#finish(frame.id, hop, reply);
  }

  /** A neighbour is gone: what it had not answered goes to the next best. */
  linkDown(peer: NodeId): void {
    for (const [id, hop] of this.#waiting) if (hop.at === peer) this.#next(id, hop);
  }

  tick(): void {
    const { now } = this.#ctx;
    for (const [id, hop] of this.#waiting) {
      if (hop.own !== null && hop.own.deadline <= now) this.#finish(id, hop, null);
      else if (hop.ackDue <= now) this.#next(id, hop);
    }
    for (const hop of this.#waiting.values()) this.#wakeFor(hop);
    for (const [id, hop] of this.#hops) {
      if (hop.expires > now) break;
      this.#hops.delete(id);
      this.#waiting.delete(id);
    }
  }

  /** A repeat from the same neighbour wants its ack, and the answer if it is there; from another, it has run in a circle. */
  #repeated(link: Link, frame: OverlayFrame, hop: Hop): void {
    this.#ack(link, frame.id, hop.from === link.id);
    if (hop.from === link.id && hop.reply !== null) this.#reply(link, frame, hop.reply);
  }

  #ack(link: Link, id: string, taken: boolean): void {
    this.#ctx.tell(link, { type: "ack", taken }, id);
  }

  /** Whether the request need go no further: it is for us, or nobody linked is nearer its target. */
  #isDestination({ frame, from }: Hop): boolean {
    const { self, full, table } = this.#ctx;
    if (frame.target === self.id) return true;
    if (isExact(frame) || !full || this.#direct(frame.target) !== null) return false;
    for (const link of table.full()) {
      const back = link.id === from || link.id === frame.source;
      if (!back && compareDistance(frame.target, link.id, self.id) < 0) return false;
    }
    return true;
  }

  #arrived(link: Link, frame: OverlayFrame, hop: Hop): void {
    this.#ack(link, frame.id, true);
    this.#serveHop(link.id, hop);
  }

  #serveHop(from: NodeId, hop: Hop): void {
    const { frame } = hop;
    const route = decoded(() => decodeRoute(frame.body));
    const hops = Math.min(hop.visited.length, OVERLAY_TTL);
    this.#serve({
      frame,
      from,
      request: route?.request ?? null,
      answer: (answer) => this.#answer(hop, encodeReply({ hops, answer })),
    });
    this.#rest(frame.id, hop);
  }

  /** Whether this node may answer because whoever is nearer cannot be reached from here. */
  #mayServe({ frame, from }: Hop): boolean {
    return from !== null && this.#ctx.full && !isExact(frame);
  }

  #serveOwn(hop: Hop, request: OverlayRequest): void {
    const { frame } = hop;
    this.#serve({
      frame,
      from: this.#ctx.self.id,
      request,
      answer: (answer) => this.#finish(frame.id, hop, { answer, hops: 0 }),
    });
  }

  #answer(hop: Hop, body: Uint8Array): void {
    if (hop.reply !== null) return;
    hop.reply = body;
    const link = hop.from === null ? undefined : this.#ctx.table.get(hop.from);
    if (link !== undefined) this.#reply(link, hop.frame, body);
  }

  #reply(link: Link, { id, source: target }: OverlayFrame, body: Uint8Array): void {
    const source = this.#ctx.self.id;
    this.#ctx.send(link, { type: OVERLAY.reply, flags: 0, ttl: OVERLAY_TTL, id, target, source, body });
  }

  #passReply(id: string, hop: Hop, frame: OverlayFrame): void {
    this.#rest(id, hop);
    hop.reply = frame.body;
    const link = hop.from === null ? undefined : this.#ctx.table.get(hop.from);
    if (link !== undefined && frame.ttl > 1) this.#ctx.send(link, { ...frame, ttl: frame.ttl - 1 });
  }

  /** To the best neighbour that is left; false if none is. */
  #forward(id: string, hop: Hop): boolean {
    const next = hop.triesLeft > 0 ? this.#best(hop) : null;
    if (next === null) return false;
    const { now } = this.#ctx;
    hop.triesLeft--;
    hop.tried.add(next.id);
    hop.at = next.id;
    hop.sentAt = now;
    hop.ackDue = now + Math.max(ACK_WAIT, ACK_ROUND_TRIPS * (next.roundTrip ?? 0));
    hop.own?.onBegun(next.id);
    this.#waiting.set(id, hop);
    this.#wakeFor(hop);
    this.#ctx.send(next, hop.frame);
    return true;
  }

  #next(id: string, hop: Hop): void {
    if (!this.#forward(id, hop)) this.#fail(id, hop);
  }

  #best(hop: Hop): Link | null {
    const { self, full } = this.#ctx;
    const { frame, from, visited, tried } = hop;
    const exact = isExact(frame);
    const direct = this.#direct(frame.target);
    if (direct !== null && direct.id !== from && !tried.has(direct.id)) return direct;
    const via = this.#via(hop);
    if (via !== null) return via;
    const best = this.#nearestUntried(hop);
    if (best === null || compareDistance(frame.target, best.id, self.id) < 0) return best;
    // An exact request, or one of a leaf, may begin by going away from its target: young networks are chains.
    const maySideways = from === null || (visited.length <= SIDEWAYS_HOPS && (exact || !full));
    return maySideways ? best : null;
  }

  #via({ own, tried }: Hop): Link | null {
    if (own === null || own.via === null || tried.has(own.via)) return null;
    return this.#ctx.table.get(own.via) ?? null;
  }

  #nearestUntried({ frame, from, visited, tried }: Hop): Link | null {
    let best: Link | null = null;
    for (const link of this.#ctx.table.routable()) {
      if (link.id === from || link.id === frame.source || tried.has(link.id)) continue;
      if (best !== null && compareDistance(frame.target, best.id, link.id) <= 0) continue;
      if (!visited.includes(visitedMark(link.id))) best = link;
    }
    return best;
  }

  /** The neighbour of that id, or for a node that wrote of late the one by which its message came: it may have no other. */
  #direct(target: OverlayKey): Link | null {
    const { table } = this.#ctx;
    const id = target as NodeId;
    const by = table.get(id) === undefined ? this.#learned.by(id) : id;
    return (by === null ? undefined : table.get(by)) ?? null;
  }

  #fail(id: string, hop: Hop): void {
    this.#waiting.delete(id);
    if (hop.own !== null) return this.#finish(id, hop, null);
    // Within `onRoute` nothing was acked yet: a refusal follows, which lets the hop before try another.
    if (hop.at === null) return;
    if (hop.from !== null && this.#mayServe(hop)) return this.#serveHop(hop.from, hop);
    const reason = isExact(hop.frame) ? "not-here" : "stuck";
    const hops = Math.min(hop.visited.length, OVERLAY_TTL);
    this.#answer(hop, encodeReply({ hops, answer: { kind: "failed", reason } }));
  }

  #finish(id: string, hop: Hop, routed: Routed): void {
    this.#waiting.delete(id);
    if (hop.own === null || hop.reply !== null) return;
    const { done } = hop.own;
    hop.own = ENDED;
    hop.reply = NO_BYTES;
    this.#rest(id, hop);
    done(routed);
  }

  /** The request goes nowhere else from here. */
  #rest(id: string, hop: Hop): void {
    this.#waiting.delete(id);
    hop.frame = { ...hop.frame, body: NO_BYTES };
  }

  #remember(frame: OverlayFrame, from: NodeId | null, visited: readonly string[], own: Hop["own"]): Hop {
    const hop: Hop = {
      from,
      frame,
      visited,
      expires: this.#ctx.now + HOP_STATE,
      tried: new Set(),
      triesLeft: HOP_TRIES,
      at: null,
      sentAt: 0,
      ackDue: Number.POSITIVE_INFINITY,
      reply: null,
      own,
    };
    this.#hops.set(frame.id, hop);
    if (this.#hops.size > MAX_HOP_STATES) this.#forgetOldest();
    return hop;
  }

  #forgetOldest(): void {
    const [oldest] = this.#hops;
    if (oldest === undefined) return;
    const [id, hop] = oldest;
    this.#hops.delete(id);
    if (hop.own !== null) this.#finish(id, hop, null);
    this.#waiting.delete(id);
  }

  #wakeFor(hop: Hop): void {
    this.#ctx.wake(Math.min(hop.ackDue, hop.own?.deadline ?? Number.POSITIVE_INFINITY));
  }
}

function isExact(frame: OverlayFrame): boolean {
  return (frame.flags & OVERLAY_FLAG.exact) !== 0;
}
