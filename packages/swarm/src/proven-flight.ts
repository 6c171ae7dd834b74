/** Packets that waited for less ms than this met no queue. */
const NO_QUEUE = 15;
/** It holds for so many ms, in which browsers measure twice (Chromium: every 2.5 s). */
const HOLDS = 6000;
/** Bytes that may be under way wherever packets meet no queue: less would leave nothing to four associations. */
const CALM = 48 * 1024;
/** Meanwhile the window may become so many times that, however long blocks wait. */
const LEAD = 2;

/**
 * What was under way when the browser's own packets met no queue: that much is not too much. Blocks that wait nevertheless
 * wait for the repetition of lost packets, or for SCTP's own window.
 */
export class ProvenFlight {
  #bytes = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** Packets waited so many ms beyond the least, while so many bytes were under way. */
  measured(wait: number, flight: number, now: number): void {
    this.#bytes = wait < NO_QUEUE ? Math.max(flight, CALM) : 0;
    this.#at = now;
  }

  /** Bytes; 0 if nothing is proven. */
  bytes(now: number): number {
    return now - this.#at < HOLDS ? this.#bytes : 0;
  }

  /** Whether a window may grow, whatever its blocks say. */
  allows(window: number, now: number): boolean {
    return window < LEAD * this.bytes(now);
  }
}
