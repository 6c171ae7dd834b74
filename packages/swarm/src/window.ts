import { MaxRate } from "./max-rate.ts";
import type { PathDelay } from "./path-delay.ts";
import { QUEUE_TARGET } from "./queue-target.ts";

const KIB = 1024;
const START_WINDOW = 64 * KIB;
const MAX_WINDOW = 8 * 1024 * KIB;
/** The least is what the peer sends in so many ms, within these bounds: too little starves SCTP when it recovers from a loss. */
const LEAST_MS = 2000;
const MIN_SLOW = 32 * KIB;
const MIN_FAST = 64 * KIB;
/**
 * The same from a peer that uses lanes: each of four is to be kept busy, and has losses of its own
 * to recover from (measured: docs/decisions/0006).
 */
const LANES_LEAST_MS = 700;
const LANES_MIN = 256 * KIB;
/** Ms for which a block that others overtook tells of lanes. */
const LANES_FOR = 5000;
/** Slow start goes no further than so many times what the rate seen needs. */
const SLOW_START_LEAD = 2;
/** Ms over which a rate is sampled, and samples of which the best counts. */
const SAMPLE_MS = 100;
const SAMPLES = 10;
/** Ms after which an old minimum of the response time is forgotten. */
const MINIMUM_LIFE = 60_000;

/** A block that came. */
interface Arrival {
  readonly bytes: number;
  /** Ms since it was asked for. */
  readonly response: number;
  /** By the sender's clock, in ms modulo 2^32. */
  readonly sentAt: number;
}

/**
 * How many bytes to have asked of one peer and not received: slow start until responses take longer than the path
 * explains, then rate x (1.25 x minimum response time + a short queue). A receiver-driven window keeps the bottleneck's
 * queue short, on which SCTP's congestion control would otherwise collapse (measured: 0.6 against 2.2 MB/s at 20 Mbit/s,
 * 50 ms).
 */
export class RequestWindow {
  /** Bytes. */
  bytes = START_WINDOW;
  #slowStart = true;
  #minimum = Number.POSITIVE_INFINITY;
  #nextMinimum = Number.POSITIVE_INFINITY;
  #minimumSince = 0;
  #response = 0;
  /** The latest time that a block bore, and when one came that was sent before: over one association none overtakes another. */
  #newest: number | null = null;
  #overtakenAt = Number.NEGATIVE_INFINITY;
  readonly #rate = new MaxRate(SAMPLE_MS, SAMPLES);
  readonly #path: PathDelay;

  constructor(path: PathDelay) {
    this.#path = path;
  }

  received({ bytes, response, sentAt }: Arrival, now: number): void {
    this.#notice(sentAt, now);
    this.#rate.add(bytes, now);
    const own = this.rate > 0 ? (bytes / this.rate) * 1000 : 0;
    this.#observe(Math.max(1, response), now);
    const minimum = Math.min(this.#path.greeting, this.#minimum);
    const needed = this.rate * (1.25 * minimum + QUEUE_TARGET) * 0.001 + bytes;
    // The latest response and no mean of several: half a second's worth would have been asked for before that moves.
    if (response - own - minimum > QUEUE_TARGET && !this.#rate.rising) this.#slowStart = false;
    if (this.#slowStart) this.bytes = Math.min(this.bytes + bytes, Math.max(this.bytes, SLOW_START_LEAD * needed));
    else if (this.rate > 0) this.bytes = needed;
    this.bytes = Math.min(MAX_WINDOW, Math.max(this.#least(now), this.bytes));
  }

  /** Requests went unanswered: begin anew. */
  reset(): void {
    this.bytes = MIN_SLOW;
    this.#slowStart = true;
    this.#rate.reset();
  }

  /** Ms in which a request of now should be answered; 0 before the first block. */
  get expected(): number {
    return this.#response;
  }

  /** Bytes per second; 0 while unknown. */
  get rate(): number {
    return this.#rate.best;
  }

  #notice(sentAt: number, now: number): void {
    // The difference modulo 2^32, the shorter way round.
    if (this.#newest !== null && ((sentAt - this.#newest) | 0) < 0) this.#overtakenAt = now;
    else this.#newest = sentAt;
  }

  #least(now: number): number {
    if (this.rate === 0) return MIN_FAST;
    const least = Math.max(MIN_SLOW, Math.min(MIN_FAST, (this.rate * LEAST_MS) / 1000));
    if (now - this.#overtakenAt > LANES_FOR) return least;
    return Math.max(least, Math.min(LANES_MIN, (this.rate * LANES_LEAST_MS) / 1000));
  }

  #observe(response: number, now: number): void {
    this.#response = this.#response === 0 ? response : this.#response + (response - this.#response) / 8;
    this.#minimum = Math.min(this.#minimum, response);
    this.#nextMinimum = Math.min(this.#nextMinimum, response);
    if (now - this.#minimumSince < MINIMUM_LIFE) return;
    // Our own queue is part of later responses: let the minimum rise by a quarter at most, or the window would feed on itself.
    this.#minimum = Math.min(this.#nextMinimum, this.#minimum * 1.25);
    this.#nextMinimum = Number.POSITIVE_INFINITY;
    this.#minimumSince = now;
  }
}
