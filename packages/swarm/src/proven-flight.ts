import { NO_QUEUE } from "./queue-target.ts";

/** It holds for so many ms, in which browsers measure twice (Chromium: every 2.5 s). */
const HOLDS = 6000;
/** Bytes that may be under way over an association wherever packets meet no queue. */
export const CALM = 48 * 1024;
/** Meanwhile the window may become so many times what was proven, however long blocks wait. */
const LEAD = 2;

/**
 * What was under way when the browser's own packets met no queue: that much is not too much. Blocks that wait nevertheless
 * wait for the repetition of lost packets, or for SCTP's own window.
 */
export class ProvenFlight {
  /** Bytes that are no risk, and up to which a window may grow to find out about more. */
  #least = 0;
  #most = 0;
  #before = 0;
  #at = Number.NEGATIVE_INFINITY;

  /**
   * Packets waited so many ms beyond the least, while so many bytes were under way. The browser may have measured that any
   * time since it was asked before, so the lesser of now and then counts.
   * @param least bytes that may be under way wherever packets meet no queue.
   */
  measured(wait: number, flight: number, least: number, now: number): void {
    const met = wait < NO_QUEUE ? Math.max(CALM, Math.min(this.#before, flight)) : 0;
    this.#least = met === 0 ? 0 : Math.max(least, met);
    this.#most = LEAD * met;
    this.#before = flight;
    this.#at = now;
  }

  /** Takes so many bytes for proven until the next measurement. */
  assume(least: number, most: number, now: number): void {
    const held = this.bytes(now);
    this.#most = held === 0 ? most : Math.max(this.#most, most);
    this.#least = Math.max(held, least);
    this.#at = now;
  }

  /** Bytes; 0 if nothing is proven. */
  bytes(now: number): number {
    return now - this.#at < HOLDS ? this.#least : 0;
  }

  /** Whether a window may grow, whatever its blocks say. */
  allows(window: number, now: number): boolean {
    return now - this.#at < HOLDS && window < this.#most;
  }
}
