import { type NodeId, OVERLAY_FLAG, type OverlayAnswer, type OverlayFrame } from "@starling/protocol";
import { HOP_STATE, HOP_TRIES, MAX_HOP_STATES } from "./limits.ts";

/** What became of a request of this node: null without an answer in time. */
export type Routed = { readonly answer: OverlayAnswer; readonly hops: number } | null;

/** What a request of this node itself asks for beyond being passed on. */
interface OwnRequest {
  /** The neighbour to begin with if it is linked. */
  readonly via: NodeId | null;
  readonly deadline: number;
  readonly onBegun: (first: NodeId) => void;
  readonly done: (routed: Routed) => void;
}

/** What one hop remembers of a request, for 15 s: whence it came, whither it went. */
export interface Hop {
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
  own: OwnRequest | null;
}

const NO_BYTES = new Uint8Array();
/** In place of what an ended request held on to. */
const ENDED: OwnRequest = { via: null, deadline: Number.POSITIVE_INFINITY, onBegun: () => {}, done: () => {} };

/** Requests that passed here of late, or wait here. */
export class HopMemory {
  /** In the order in which they expire. */
  readonly #hops = new Map<string, Hop>();
  /** Those that wait for an ack or an answer to this node. */
  readonly #waiting = new Map<string, Hop>();

  get(id: string): Hop | undefined {
    return this.#hops.get(id);
  }

  waitingFor(id: string): Hop | undefined {
    return this.#waiting.get(id);
  }

  /** It may change while it is gone through. */
  waiting(): IterableIterator<Hop> {
    return this.#waiting.values();
  }

  remember(frame: OverlayFrame, from: NodeId | null, visited: readonly string[], own: Hop["own"], now: number): Hop {
    const hop: Hop = {
      from,
      frame,
      visited,
      expires: now + HOP_STATE,
      tried: new Set(),
      triesLeft: HOP_TRIES,
      at: null,
      sentAt: 0,
      ackDue: Number.POSITIVE_INFINITY,
      reply: null,
      own,
    };
    this.#hops.set(frame.id, hop);
    return hop;
  }

  wait(hop: Hop): void {
    this.#waiting.set(hop.frame.id, hop);
  }

  /** It was given up here, or needs nothing any more. */
  stopWaiting(hop: Hop): void {
    this.#waiting.delete(hop.frame.id);
  }

  /** The request goes nowhere else from here. */
  rest(hop: Hop): void {
    this.stopWaiting(hop);
    hop.frame = { ...hop.frame, body: NO_BYTES };
  }

  /** A request of this node is over: what is to be told of it, or null if it was over before. */
  end(hop: Hop): OwnRequest["done"] | null {
    this.rest(hop);
    if (hop.own === null || hop.reply !== null) return null;
    const { done } = hop.own;
    hop.own = ENDED;
    hop.reply = NO_BYTES;
    return done;
  }

  /** Takes the oldest out if there are too many. */
  overflow(): Hop | null {
    if (this.#hops.size <= MAX_HOP_STATES) return null;
    const [oldest] = this.#hops.values();
    if (oldest !== undefined) this.#forget(oldest);
    return oldest ?? null;
  }

  expire(now: number): void {
    for (const hop of this.#hops.values()) {
      if (hop.expires > now) return;
      this.#forget(hop);
    }
  }

  #forget(hop: Hop): void {
    this.#hops.delete(hop.frame.id);
    this.stopWaiting(hop);
  }
}

/** Only the node of the target's very id may answer. */
export function isExact(frame: OverlayFrame): boolean {
  return (frame.flags & OVERLAY_FLAG.exact) !== 0;
}
