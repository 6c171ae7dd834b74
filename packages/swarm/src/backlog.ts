/**
 * Bytes that keep one association busy until its next block comes. More than leaves at once when its window opens (32 KiB
 * starved a far path in simulation, 96 gained little on a lossy one: docs/decisions/0017).
 */
const ENOUGH = 48 * 1024;

/**
 * What a link's channels hold back because SCTP's own congestion window does not let it go yet. Over a path that loses
 * packets, or is far, some always is; where the line alone is the limit nothing is for long, as the governor keeps what
 * would wait.
 */
export class Backlog {
  #bytes = 0;
  #since: number | null = null;

  /** The channels hold so much now. */
  told(bytes: number, now: number): void {
    this.#bytes = bytes;
    if (bytes === 0) this.#since = null;
    else this.#since ??= now;
  }

  /** Ms for which they have held some without a break. */
  lasts(now: number): number {
    return this.#since === null ? 0 : now - this.#since;
  }

  /** Bytes held over so many associations, as far as they are of use there. */
  useful(associations: number): number {
    return Math.min(this.#bytes, associations * ENOUGH);
  }
}
