const MINUTE = 60_000;
/** Sources remembered; the least recently active go first. */
const MAX_SOURCES = 4096;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** How often each source may do something: a token bucket each, in bounded memory. */
export class Allowances {
  readonly #perMinute: number;
  /** In order of last use, the oldest first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Takes one from the source's allowance; false when there is none left. */
  take(source: string, now: number): boolean {
    const bucket = this.#buckets.get(source);
    const refilled = bucket === undefined ? Infinity : bucket.tokens + ((now - bucket.at) * this.#perMinute) / MINUTE;
    const tokens = Math.min(this.#perMinute, refilled);
    this.#buckets.delete(source);
    this.#buckets.set(source, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > MAX_SOURCES) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return tokens >= 1;
  }
}
