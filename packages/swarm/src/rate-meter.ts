const SECONDS = 32;

/** Bytes counted in one-second buckets over the last half minute; constant memory and no allocation per count. */
export class RateMeter {
  readonly #buckets = new Float64Array(SECONDS);
  #second = -1;
  /** Everything ever counted. */
  total = 0;

  add(bytes: number, now: number): void {
    this.#advance(now);
    const index = this.#second % SECONDS;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + bytes;
    this.total += bytes;
  }

  /** Bytes counted in the last `seconds` (at most 31), the running one included. */
  recent(seconds: number, now: number): number {
    this.#advance(now);
    let sum = 0;
    for (let i = 0; i < seconds; i++) sum += this.#buckets[(this.#second - i + SECONDS) % SECONDS] ?? 0;
    return sum;
  }

  /** Bytes per second over the last four full seconds and the running one. */
  rate(now: number): number {
    const running = (now / 1000) % 1;
    return this.recent(5, now) / (4 + running);
  }

  #advance(now: number): void {
    const second = Math.max(this.#second, Math.floor(now / 1000));
    if (this.#second < 0 || second - this.#second >= SECONDS) this.#buckets.fill(0);
    else for (let s = this.#second + 1; s <= second; s++) this.#buckets[s % SECONDS] = 0;
    this.#second = second;
  }
}
