/** Ms: dcSCTP's limits. */
const INITIAL = 500;
const LEAST = 400;
const MOST = 60_000;

/** How long a report is awaited (RFC 9260, section 6.3.1). All in ms. */
export class RetransmissionTimeout {
  #roundTrip = 0;
  #variation = 0;
  #ms = INITIAL;

  get ms(): number {
    return this.#ms;
  }

  /** A packet that was sent once was reported after this time. */
  measure(time: number): void {
    if (this.#roundTrip === 0) {
      this.#roundTrip = time;
      this.#variation = time / 2;
    } else {
      this.#variation += (Math.abs(time - this.#roundTrip) - this.#variation) / 4;
      this.#roundTrip += (time - this.#roundTrip) / 8;
    }
    this.#ms = Math.min(MOST, Math.max(LEAST, this.#roundTrip + 4 * this.#variation));
  }

  backOff(): void {
    this.#ms = Math.min(MOST, this.#ms * 2);
  }
}
