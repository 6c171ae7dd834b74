import {
  addVisited,
  decoded,
  decodeReply,
  decodeRoute,
  encodeReply,
  encodeRoute,
  type NodeId,
  OVERLAY,
  OVERLAY_FLAG,
  OVERLAY_TTL,
  type OverlayFrame,
  type OverlayKey,
  type OverlayRequest,
  splitVisited,
  visitedMark,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import { type Hop, HopMemory, isExact, type Routed } from "./hop-memory.ts";
import { ACK_ROUND_TRIPS, ACK_WAIT } from "./limits.ts";
import { type Link, sampleRoundTrip } from "./link.ts";
import { NextHop } from "./next-hop.ts";
import { mayRelay } from "./relay-limits.ts";
import type { Served } from "./serving.ts";
import { WayBack } from "./way-back.ts";

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
  readonly #memory = new HopMemory();
  readonly #routing: NextHop;
  readonly #back: WayBack;

  constructor(ctx: Context, serve: (served: Served) => void) {
    this.#ctx = ctx;
    this.#serve = serve;
    this.#routing = new NextHop(ctx);
    this.#back = new WayBack(ctx, this.#memory);
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
    if (this.#routing.isDestination(hop)) return this.#serveOwn(hop, request);
    this.#next(hop);
  }

  onRoute(link: Link, frame: OverlayFrame): void {
    const known = this.#memory.get(frame.id);
    if (known !== undefined) return this.#back.repeated(link, frame, known);
    const prefix = decoded(() => splitVisited(frame.body).prefix);
    if (prefix === null) return this.#ctx.drop(link, "bad-route");
    const addressee = isExact(frame) ? frame.target : null;
    if (addressee !== null) this.#routing.learn(frame.source, link.id);
    const body = addVisited(frame.body, this.#ctx.self.id);
    const next = { ...frame, ttl: frame.ttl - 1, body: body ?? frame.body };
    const hop = this.#remember(next, link.id, prefix, null);
    if (this.#routing.isDestination(hop)) return this.#arrived(link, hop);
    const mayPass =
      frame.ttl > 1 && body !== null && mayRelay(link, frame.source, frame.body.length, addressee, this.#ctx.now);
    if (!mayPass) return this.#back.ack(link, frame.id, false);
    const passed = this.#forward(hop);
    if (!passed && this.#routing.mayServe(hop)) return this.#arrived(link, hop);
    this.#back.ack(link, frame.id, passed);
  }

  onAck(link: Link, id: string, taken: boolean): void {
    const hop = this.#memory.waitingFor(id);
    if (hop === undefined || hop.at !== link.id) return;
    if (!taken) return this.#next(hop);
    if (hop.ackDue !== Number.POSITIVE_INFINITY) sampleRoundTrip(link, this.#ctx.now - hop.sentAt);
    hop.ackDue = Number.POSITIVE_INFINITY;
    // A relay need not watch it any longer; its state serves the reply and the loss of the neighbour.
    if (hop.own === null) this.#memory.rest(hop);
  }

  onReply(link: Link, frame: OverlayFrame): void {
    const hop = this.#memory.get(frame.id);
    if (hop === undefined || hop.reply !== null || !hop.tried.has(link.id)) return;
    if (hop.from !== null) return this.#back.pass(hop, frame);
    if (this.#memory.waitingFor(frame.id) === undefined) return;
    this.#finish(
      hop,
      decoded(() => decodeReply(frame.body)),
    );
  }

  /** A neighbour is gone: what it had not answered goes to the next best. */
  linkDown(peer: NodeId): void {
    for (const hop of this.#memory.waiting()) if (hop.at === peer) this.#next(hop);
  }

  tick(): void {
    const { now } = this.#ctx;
    for (const hop of this.#memory.waiting()) {
      if (hop.own !== null && hop.own.deadline <= now) this.#finish(hop, null);
      else if (hop.ackDue <= now) this.#next(hop);
    }
    for (const hop of this.#memory.waiting()) this.#wakeFor(hop);
    this.#memory.expire(now);
  }

  #arrived(link: Link, hop: Hop): void {
    this.#back.ack(link, hop.frame.id, true);
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
      answer: (answer) => this.#back.answer(hop, encodeReply({ hops, answer })),
    });
    this.#memory.rest(hop);
  }

  #serveOwn(hop: Hop, request: OverlayRequest): void {
    const { frame } = hop;
    this.#serve({
      frame,
      from: this.#ctx.self.id,
      request,
      answer: (answer) => this.#finish(hop, { answer, hops: 0 }),
    });
  }

  /** To the best neighbour that is left; false if none is. */
  #forward(hop: Hop): boolean {
    const next = hop.triesLeft > 0 ? this.#routing.best(hop) : null;
    if (next === null) return false;
    const { now } = this.#ctx;
    hop.triesLeft--;
    hop.tried.add(next.id);
    hop.at = next.id;
    hop.sentAt = now;
    hop.ackDue = now + Math.max(ACK_WAIT, ACK_ROUND_TRIPS * (next.roundTrip ?? 0));
    hop.own?.onBegun(next.id);
    this.#memory.wait(hop);
    this.#wakeFor(hop);
    this.#ctx.send(next, hop.frame);
    return true;
  }

  #next(hop: Hop): void {
    if (!this.#forward(hop)) this.#fail(hop);
  }

  #fail(hop: Hop): void {
    this.#memory.stopWaiting(hop);
    if (hop.own !== null) return this.#finish(hop, null);
    // Within `onRoute` nothing was acked yet: a refusal follows, which lets the hop before try another.
    if (hop.at === null) return;
    if (hop.from !== null && this.#routing.mayServe(hop)) return this.#serveHop(hop.from, hop);
    const reason = isExact(hop.frame) ? "not-here" : "stuck";
    const hops = Math.min(hop.visited.length, OVERLAY_TTL);
    this.#back.answer(hop, encodeReply({ hops, answer: { kind: "failed", reason } }));
  }

  #finish(hop: Hop, routed: Routed): void {
    this.#memory.end(hop)?.(routed);
  }

  #remember(frame: OverlayFrame, from: NodeId | null, visited: readonly string[], own: Hop["own"]): Hop {
    const hop = this.#memory.remember(frame, from, visited, own, this.#ctx.now);
    const oldest = this.#memory.overflow();
    if (oldest !== null) this.#finish(oldest, null);
    return hop;
  }

  #wakeFor(hop: Hop): void {
    this.#ctx.wake(Math.min(hop.ackDue, hop.own?.deadline ?? Number.POSITIVE_INFINITY));
  }
}
