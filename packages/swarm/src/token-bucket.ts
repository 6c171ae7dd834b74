/** What was left unused for longer than this many ms is gone: a limit holds in each second, not over the day. */
const BURST_MS = 250;

/**
 * A limit on a rate (token bucket). A block may begin while anything is left and may leave a debt, so that blocks larger
 * than what a short while allows get through and the mean holds.
 */
class TokenBucket {
  #rate: number | null = null;
  #tokens = 0;
  #at = 0;

  /** Bytes per second; null: no limit. */
  get rate(): number | null {
    return this.#rate;
  }

  /** A rate of 0 lets nothing through. */
  limit(rate: number | null, now: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#tokens = 0;
    this.#at = now;
  }

  mayTake(now: number): boolean {
    if (this.#rate === null) return true;
    const earned = ((now - this.#at) / 1000) * this.#rate;
    this.#tokens = Math.min((BURST_MS / 1000) * this.#rate, this.#tokens + earned);
    this.#at = now;
    return this.#tokens > 0;
  }

  take(bytes: number): void {
    if (this.#rate !== null) this.#tokens -= bytes;
  }
}

/** Limits of one share, or of all together: bytes of blocks sent, and of blocks asked for. */
export class SpeedLimits {
  readonly up = new TokenBucket();
  readonly down = new TokenBucket();
}
