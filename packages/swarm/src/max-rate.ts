const RISING = 1.1;

/**
 * Bytes per second in the best of the last samples: what a path carries is seen only while it is filled (the max filter of
 * BBR, draft-cardwell-iccrg-bbr-congestion-control).
 */
export class MaxRate {
  readonly #interval: number;
  readonly #rates: Float64Array;
  #count = 0;
  #start = -1;
  #bytes = 0;
  /** 0 while unknown. */
  best = 0;
  /** The last sample was better than all before by a tenth: the path is not full yet. */
  rising = true;

  /** @param interval ms of a sample. @param samples how many of them count. */
  constructor(interval: number, samples: number) {
    this.#interval = interval;
    this.#rates = new Float64Array(samples);
  }

  /** Bytes arrived. The first ones only start the clock. */
  add(bytes: number, now: number): void {
    if (this.#start < 0) {
      this.#start = now;
      return;
    }
    this.#bytes += bytes;
    const elapsed = now - this.#start;
    if (elapsed < this.#interval) return;
    const rate = (this.#bytes / elapsed) * 1000;
    this.rising = rate > RISING * this.best;
    this.#rates[this.#count++ % this.#rates.length] = rate;
    this.best = this.#rates.reduce((best, rate) => Math.max(best, rate), 0);
    this.#start = now;
    this.#bytes = 0;
  }

  reset(): void {
    this.#rates.fill(0);
    this.best = 0;
    this.rising = true;
    this.#count = 0;
    this.#start = -1;
    this.#bytes = 0;
  }
}
