/** RFC 6817: the least of each of the last ten minutes counts, for clocks drift. */
const MINUTES = 10;
const MINUTE = 60_000;
/** The current delay is the least of so many ms, and of so many samples: a lost packet delays all blocks behind it. */
const RECENT_MS = 100;
const RECENT = 8;
/** Ms that pages take for a message and its answer beyond what their browsers measure of packets, if no greeting tells it. */
const PAGES_MS = 20;

/** What a block's report tells, in ms. */
export interface PathSample {
  /** From hand-over to arrival, by two clocks whose offset is unknown. */
  readonly oneWay: number;
  /** From hand-over to the report. */
  readonly roundTrip: number;
  /** What the block's own bytes take on the narrowest line. */
  readonly length: number;
}

/**
 * How long blocks wait on the way of one link. The first blocks meet SCTP's slow start and one another, so the least delay
 * seen is no base to measure from. Instead the least round trip is split: what reports take back at least, which is a
 * block's round trip less its one-way delay and contains the clocks' offset, and the rest, which is the base. The least
 * round trip is known from the greeting, of which no part waits, unless it came sooner than packets can.
 */
export class PathDelay {
  #packets: number | null = null;
  #greeting = Number.POSITIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;
  /** Ms that blocks wait now; 0 before the first sample. */
  queueing = 0;
  readonly #minima = new Float64Array(MINUTES).fill(Number.POSITIVE_INFINITY);
  readonly #recent = new Float64Array(RECENT);
  readonly #recentAt = new Float64Array(RECENT).fill(Number.NEGATIVE_INFINITY);
  #minute = -1;
  #count = 0;
  /** Ms that reports take at least, less the clocks' offset. */
  #back = Number.POSITIVE_INFINITY;

  /** Least round trip of packets that the browser measured, in ms; null if it did not. */
  get packets(): number | null {
    return this.#packets;
  }

  /** Ms that a short message and its answer take; infinite before anything is known. */
  get greeting(): number {
    const packets = this.#packets;
    if (packets === null) return this.#greeting;
    // None was measured, or it came sooner than packets can: it crossed our message and was no answer to it.
    const isNone = this.#greeting === Number.POSITIVE_INFINITY || this.#greeting < packets;
    return isNone ? packets + PAGES_MS : this.#greeting;
  }

  /** Ms; infinite before anything is known. */
  get minRoundTrip(): number {
    return Math.min(this.greeting, this.#least);
  }

  /** The browser measured packets. While it connects its processors may be busy, so the least of several counts. */
  measured(roundTrip: number): void {
    this.#packets = Math.min(this.#packets ?? Number.POSITIVE_INFINITY, Math.max(1, roundTrip));
  }

  /** A short message was answered, as far as can be told. */
  greeted(roundTrip: number): void {
    this.#greeting = Math.min(this.#greeting, Math.max(1, roundTrip));
  }

  sample({ oneWay, roundTrip, length }: PathSample, now: number): void {
    this.#least = Math.min(this.#least, Math.max(1, roundTrip));
    const back = roundTrip - oneWay;
    this.#advance(Math.floor(now / MINUTE));
    const index = this.#minute % MINUTES;
    this.#minima[index] = Math.min(this.#minima[index] ?? back, back);
    this.#back = Math.min(this.#back, back);
    this.#recent[this.#count % RECENT] = oneWay - length;
    this.#recentAt[this.#count % RECENT] = now;
    this.#count++;
    this.queueing = Math.max(0, this.#leastRecent(now) + this.#back - this.minRoundTrip);
  }

  /** The last sample is always among the recent ones. */
  #leastRecent(now: number): number {
    let least = Number.POSITIVE_INFINITY;
    this.#recent.forEach((delay, i) => {
      if (delay < least && now - (this.#recentAt[i] ?? 0) <= RECENT_MS) least = delay;
    });
    return least;
  }

  #advance(minute: number): void {
    if (minute <= this.#minute) return;
    const first = Math.max(this.#minute + 1, minute - MINUTES + 1);
    for (let m = first; m <= minute; m++) this.#minima[m % MINUTES] = Number.POSITIVE_INFINITY;
    this.#minute = minute;
    this.#back = Math.min(...this.#minima);
  }
}
