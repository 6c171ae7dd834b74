import { MAX_PIECES } from "@starling/protocol";

/**
 * A message of ten bytes can name every piece of a share, and each named piece is a step of work. What it tells for the
 * first time is bounded by the shares. Repeats, withdrawals and claims given up by leaving are not, so a link may make
 * this many at once, and this many per ms in the long run: a tenth of a second of processor, then about half a percent.
 * An honest peer withdraws what its browser's storage lost, and leaves what it pauses.
 */
const BURST = 16 * MAX_PIECES;
const PER_MS = MAX_PIECES / 1000;

/** What a link may say of pieces without telling anything new. */
export class ClaimBudget {
  #spent = 0;
  #at = 0;

  /** Charges so many pieces. Returns a reason to end the link, or null. */
  spend(pieces: number, now: number): string | null {
    this.#spent = Math.max(0, this.#spent - (now - this.#at) * PER_MS) + pieces;
    this.#at = now;
    return this.#spent > BURST ? "piece-set-flood" : null;
  }
}
