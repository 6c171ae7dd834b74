import type { EventQueue } from "../event-queue.ts";
import type { Random } from "../random.ts";
import { type DialCosts, drawDial } from "./dial-costs.ts";
import { DialQueue } from "./dial-queue.ts";
import { ACCEPT, ANSWER, INTENT, linkMessage, OFFER, REFUSE, readLinkMessage, type Step } from "./link-messages.ts";
import { enter, type OverlayNode } from "./overlay-node.ts";

/** As in packages/connect: the time for the peer's accept, for all that follows it, and between repeats. */
const INTENT_TIMEOUT_MS = 10_000;
const RESEND_AFTER_MS = 3_000;
const MAX_RESENDS = 2;
const OPTIONAL_DIALS_END = 350;
const DIALS_END = 450;
const MAX_ALTERNATES = 3;

interface Session<Frame> {
  readonly number: number;
  readonly dialler: OverlayNode<Frame>;
  readonly to: string;
  /** Carried by the server instead of the overlay. */
  byServer: boolean;
  /** The last message of the exchange that was handled. */
  reached: Step | -1;
  over: boolean;
  alternates: readonly string[];
}

/** What link-making needs of the world. */
export interface LinkWorld<Frame> {
  readonly events: EventQueue;
  readonly random: Random;
  node(id: string): OverlayNode<Frame> | undefined;
  reachable(a: OverlayNode<Frame>, b: OverlayNode<Frame>): boolean;
  /** Hands a message on by the server; false if it cannot. */
  signal(from: OverlayNode<Frame>, to: string, deliver: (to: OverlayNode<Frame>) => void): boolean;
  link(dialler: OverlayNode<Frame>, accepter: OverlayNode<Frame>): void;
}

/**
 * A model of packages/connect: intent, accept, offer, answer, each carried by the overlay or the server, then the time
 * that ICE, DTLS and SCTP take. Of crossing intents the lower id's stands. Six dials at once, the others wait.
 *
 * A node that still needs the server sends by it, or the first few to join would find only one another; later it is
 * the way for what the overlay could not carry.
 */
export class LinkMaking<Frame> {
  readonly #world: LinkWorld<Frame>;
  readonly #costs: DialCosts;
  readonly #sessions = new Map<number, Session<Frame>>();
  readonly #byPair = new Map<string, Session<Frame>>();
  readonly #queue = new DialQueue<OverlayNode<Frame>>();
  #made = 0;

  constructor(world: LinkWorld<Frame>, costs: DialCosts) {
    this.#world = world;
    this.#costs = costs;
  }

  /** Begins, or puts in the queue, a dial. It ends in the world's `link` or in the host's `dialFailed`. */
  dial(node: OverlayNode<Frame>, to: string, optional: boolean): void {
    if (this.#byPair.has(`${node.id}${to}`)) return;
    if (node.created >= (optional ? OPTIONAL_DIALS_END : DIALS_END)) return this.#tellFailed(node, to, []);
    if (this.#queue.isFull(node)) this.#queue.wait(node, to);
    else this.#begin(node, to);
  }

  /** A message came to `at` by the overlay. */
  carried(at: OverlayNode<Frame>, from: string, body: Uint8Array): void {
    const { number, step } = readLinkMessage(body);
    const session = this.#sessions.get(number);
    if (session === undefined || session.over || step === undefined) return;
    if (from !== (at === session.dialler ? session.to : session.dialler.id)) return;
    this.#received(session, at, step);
  }

  /** The overlay found no way from `at` to `to`: the server may have one, if it is there still. */
  uncarried(at: OverlayNode<Frame>, to: string): void {
    const session = this.#byPair.get(`${at.id}${to}`);
    if (session === undefined || session.over || session.byServer || session.reached >= ANSWER) return;
    session.byServer = true;
    if (!this.#post(session, at, session.reached < ACCEPT ? INTENT : OFFER)) this.#fail(session);
  }

  /** All attempts of a node that is no more. */
  gone(node: OverlayNode<Frame>): void {
    this.#queue.gone(node);
    for (const session of this.#sessions.values()) if (session.dialler === node) this.#end(session);
  }

  #begin(node: OverlayNode<Frame>, to: string): void {
    const session: Session<Frame> = {
      number: ++this.#made,
      dialler: node,
      to,
      byServer: node.links.size === 0 || node.serverNeeded,
      reached: -1,
      over: false,
      alternates: [],
    };
    this.#sessions.set(session.number, session);
    this.#byPair.set(`${node.id}${to}`, session);
    this.#queue.begun(node);
    node.dialsBegun++;
    if (!this.#post(session, node, INTENT)) {
      session.byServer = false;
      if (node.links.size > 0) this.#post(session, node, INTENT);
      else this.#world.events.after(0, () => this.#fail(session));
    }
    this.#repeat(session, INTENT, MAX_RESENDS);
    this.#world.events.after(INTENT_TIMEOUT_MS, () => {
      if (session.reached < ACCEPT) this.#fail(session);
    });
  }

  /** Carriers may lose messages: the dialler says it again while the peer has not answered. */
  #repeat(session: Session<Frame>, step: Step, left: number): void {
    this.#world.events.after(RESEND_AFTER_MS, () => {
      if (session.over || left === 0 || session.reached > step) return;
      this.#post(session, session.dialler, step);
      this.#repeat(session, step, left - 1);
    });
  }

  #post(session: Session<Frame>, from: OverlayNode<Frame>, step: Step): boolean {
    const to = from === session.dialler ? session.to : session.dialler.id;
    if (session.byServer) return this.#world.signal(from, to, (at) => this.#received(session, at, step));
    const body = linkMessage(session.number, step);
    this.#world.events.after(0, () => enter(from, () => from.host.carry(to, body)));
    return true;
  }

  #received(session: Session<Frame>, at: OverlayNode<Frame>, step: Step): void {
    if (session.over || !at.alive || !session.dialler.alive) return;
    switch (step) {
      case INTENT:
        return this.#intended(session, at);
      case ACCEPT:
        if (session.reached >= ACCEPT) return;
        session.reached = ACCEPT;
        this.#create(at);
        this.#post(session, at, OFFER);
        this.#repeat(session, OFFER, MAX_RESENDS);
        this.#world.events.after(this.#costs.giveUpMs, () => {
          if (session.reached < ANSWER) this.#fail(session);
        });
        return;
      case OFFER:
        if (session.reached < OFFER) this.#create(at);
        session.reached = OFFER;
        this.#post(session, at, ANSWER);
        return;
      case ANSWER:
        if (session.reached < ANSWER) this.#negotiate(session);
        return;
      default:
        if (session.reached < ACCEPT) this.#fail(session);
    }
  }

  #intended(session: Session<Frame>, at: OverlayNode<Frame>): void {
    if (session.reached > INTENT) return;
    const crossing = this.#byPair.get(`${at.id}${session.dialler.id}`);
    if (crossing !== undefined && at.id < session.dialler.id) return;
    if (crossing !== undefined) this.#end(crossing);
    session.reached = INTENT;
    if (this.#accepts(at, session.dialler.id)) {
      this.#post(session, at, ACCEPT);
      return;
    }
    const linked = [...at.links.keys()];
    const start = this.#world.random.below(linked.length + 1);
    session.alternates = [...linked.slice(start), ...linked.slice(0, start)].slice(0, MAX_ALTERNATES);
    this.#post(session, at, REFUSE);
  }

  #accepts(at: OverlayNode<Frame>, from: string): boolean {
    if ((at.bans.get(from) ?? 0) > this.#world.events.now) return false;
    if (at.created >= DIALS_END && !at.wants.has(from)) return false;
    return at.links.has(from) || at.links.size < this.#costs.maxLinks;
  }

  #negotiate(session: Session<Frame>): void {
    session.reached = ANSWER;
    const accepter = this.#world.node(session.to);
    const took =
      accepter === undefined ? null : drawDial(this.#world.random, this.#costs, session.dialler.index, accepter.index);
    this.#world.events.after(took ?? this.#costs.giveUpMs, () => {
      if (session.over) return;
      const stands = took !== null && accepter?.alive && this.#world.reachable(session.dialler, accepter);
      if (!stands || accepter === undefined) return this.#fail(session);
      this.#end(session);
      this.#world.link(session.dialler, accepter);
    });
  }

  /** A peer connection is made; beyond the browser's limit nothing comes of it. */
  #create(node: OverlayNode<Frame>): void {
    node.created++;
    this.#world.events.after(0, () => enter(node, () => node.host.created(node.created)));
  }

  #fail(session: Session<Frame>): void {
    if (session.over) return;
    this.#end(session);
    session.dialler.dialsFailed++;
    this.#tellFailed(session.dialler, session.to, session.alternates);
  }

  #tellFailed(node: OverlayNode<Frame>, to: string, alternates: readonly string[]): void {
    node.wants.delete(to);
    this.#world.events.after(0, () => enter(node, () => node.host.dialFailed(to, alternates)));
  }

  #end(session: Session<Frame>): void {
    if (session.over) return;
    session.over = true;
    this.#sessions.delete(session.number);
    this.#byPair.delete(`${session.dialler.id}${session.to}`);
    const next = this.#queue.ended(session.dialler);
    if (next === undefined || !session.dialler.alive) return;
    if (session.dialler.wants.has(next) && !session.dialler.links.has(next)) this.dial(session.dialler, next, false);
  }
}
