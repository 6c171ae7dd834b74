/** The best rate of so many spans of so many ms counts, five seconds: a path that lost a packet is not a slower one. */
const SPAN = 100;
const SPANS = 50;
const RISING = 1.1;

/** A block under way, and what was delivered when it left. */
export interface Departure {
  readonly bytes: number;
  readonly at: number;
  /** Bytes delivered before, and when the last of them were. */
  readonly delivered: number;
  readonly deliveredAt: number;
  /** When the latest block left that was delivered then. */
  readonly lastLeftAt: number;
  /** Bytes sent with it, and with that block. */
  readonly sent: number;
  readonly lastSent: number;
}

/**
 * How fast blocks are delivered: what arrived since a block left, over the time that this took to leave or to arrive,
 * whichever is longer (draft-cheng-iccrg-delivery-rate-estimation). Blocks that waited for a lost packet arrive all at
 * once, and counted by arrival alone would look like a faster line. Where others overtake them, over several associations,
 * they are not even of that time: no more counts than was sent in it.
 */
export class DeliveryRate {
  /** Bytes per second; 0 while unknown. */
  best = 0;
  #delivered = 0;
  #deliveredAt = 0;
  #lastLeftAt = 0;
  #sent = 0;
  #lastSent = 0;
  readonly #rates = new Float64Array(SPANS);
  #span = 0;
  #risenFrom = 0;
  #risenAt = Number.NEGATIVE_INFINITY;

  /** Whether the best rose by a tenth within so many ms: the path is not full yet. */
  isRising(within: number, now: number): boolean {
    return now - this.#risenAt <= Math.max(SPAN, within);
  }

  /** A block leaves. @param alone nothing else is under way. */
  left(bytes: number, alone: boolean, now: number): Departure {
    if (alone) {
      this.#deliveredAt = now;
      this.#lastLeftAt = now;
      this.#lastSent = this.#sent;
    }
    this.#sent += bytes;
    return {
      bytes,
      at: now,
      delivered: this.#delivered,
      deliveredAt: this.#deliveredAt,
      lastLeftAt: this.#lastLeftAt,
      sent: this.#sent,
      lastSent: this.#lastSent,
    };
  }

  /** Blocks arrived, at least one. */
  landed(blocks: readonly Departure[], now: number): void {
    const newest = blocks.reduce((a, b) => (b.sent > a.sent ? b : a));
    this.#delivered += blocks.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#deliveredAt = now;
    if (newest.sent > this.#lastSent) {
      this.#lastLeftAt = newest.at;
      this.#lastSent = newest.sent;
    }
    const time = Math.max(newest.at - newest.lastLeftAt, now - newest.deliveredAt);
    const bytes = Math.min(this.#delivered - newest.delivered, newest.sent - newest.lastSent);
    if (time > 0) this.#sample((bytes / time) * 1000, now);
  }

  #sample(rate: number, now: number): void {
    const span = Math.floor(now / SPAN);
    for (let s = Math.max(this.#span + 1, span - SPANS + 1); s <= span; s++) this.#rates[s % SPANS] = 0;
    this.#span = span;
    this.#rates[span % SPANS] = Math.max(rate, this.#rates[span % SPANS] ?? 0);
    this.best = Math.max(...this.#rates);
    this.#risenFrom = Math.min(this.#risenFrom, this.best);
    if (rate <= RISING * this.#risenFrom) return;
    this.#risenFrom = rate;
    this.#risenAt = now;
  }
}
