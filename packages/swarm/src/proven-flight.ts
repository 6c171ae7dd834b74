import { NO_QUEUE } from "./queue-target.ts";

/** It holds for so many ms, in which browsers measure twice (Chromium: every 2.5 s). */
const HOLDS = 6000;
/** Meanwhile the window may become so many times that, however long blocks wait. */
const LEAD = 2;

/**
 * What was under way when the browser's own packets met no queue: that much is not too much. Blocks that wait nevertheless
 * wait for the repetition of lost packets, or for SCTP's own window.
 */
export class ProvenFlight {
  #bytes = 0;
  #before = 0;
  #at = Number.NEGATIVE_INFINITY;

  /**
   * Packets waited so many ms beyond the least, while so many bytes were under way. The browser may have measured that any
   * time since it was asked before, so the lesser of now and then counts.
   * @param least bytes that are no risk wherever packets meet no queue.
   */
  measured(wait: number, flight: number, least: number, now: number): void {
    this.#bytes = wait < NO_QUEUE ? Math.max(least, Math.min(this.#before, flight)) : 0;
    this.#before = flight;
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
