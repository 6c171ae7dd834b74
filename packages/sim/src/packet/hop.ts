import type { EventQueue } from "../event-queue.ts";

/** One direction of a node's access line. */
export interface HopOptions {
  /** Bytes per second. */
  readonly rate: number;
  /** One-way, in ms. */
  readonly delay: number;
  /** Part of the packets that are lost, 0 to 1. */
  readonly loss: number;
  /** Longest queue, in ms at the line's rate; what comes on top is dropped (drop-tail). */
  readonly queue: number;
}

/** A line with a rate, a bounded first-in-first-out queue, random loss and a delay, as `netlab` emulates one. */
export class Hop {
  readonly #events: EventQueue;
  readonly #options: HopOptions;
  readonly #random: () => number;
  #freeAt = 0;
  /** Packets that found the queue full, and packets lost at random. */
  dropped = 0;
  lost = 0;
  /** Longest wait in the queue so far, in ms. */
  longestWait = 0;

  constructor(events: EventQueue, options: HopOptions, random: () => number) {
    this.#events = events;
    this.#options = options;
    this.#random = random;
  }

  /** Ms that a packet of now would wait. */
  get wait(): number {
    return Math.max(0, this.#freeAt - this.#events.now);
  }

  send(bytes: number, arrive: () => void): void {
    const { wait } = this;
    const { rate, delay, loss, queue } = this.#options;
    if (wait > queue) {
      this.dropped++;
      return;
    }
    this.longestWait = Math.max(this.longestWait, wait);
    this.#freeAt = this.#events.now + wait + (bytes / rate) * 1000;
    if (loss > 0 && this.#random() < loss) this.lost++;
    else this.#events.after(this.#freeAt - this.#events.now + delay, arrive);
  }
}
