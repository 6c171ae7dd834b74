import { popFrom, pushTo } from "./binary-heap.ts";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function isLess(a: number, b: number): boolean {
  return a < b;
}

/**
 * Events in the order of their time, and the virtual clock that they drive; events of one instant run in the order of their
 * making. Events are kept by the millisecond, unsorted until it comes (a calendar queue, Brown 1988): one heap of the ten
 * million frames that large networks have under way took half of their time.
 */
export class EventQueue {
  /** Those of the millisecond that has come, and earlier ones: a binary heap. */
  #heap: Event[] = [];
  #millisecond = -1;
  readonly #later = new Map<number, Event[]>();
  /** Keys of `later`: a binary heap. */
  readonly #milliseconds: number[] = [];
  #made = 0;
  #size = 0;
  #now = 0;

  /** Virtual time in ms. */
  get now(): number {
    return this.#now;
  }

  get size(): number {
    return this.#size;
  }

  /** Runs `run` after `delay` ms of virtual time. */
  after(delay: number, run: () => void): void {
    this.#push({ at: this.#now + Math.max(0, delay), order: this.#made++, run });
  }

  /** Runs the next event not later than `limit`; false if there is none. */
  step(limit: number): boolean {
    const next = this.#next();
    if (next === undefined || next.at > limit) return false;
    popFrom(this.#heap, isBefore);
    this.#size--;
    this.#now = next.at;
    next.run();
    return true;
  }

  /** Moves the clock on to `time` when nothing is left before it. */
  advance(time: number): void {
    const next = this.#next();
    if (time > this.#now && (next === undefined || next.at >= time)) this.#now = time;
  }

  #push(event: Event): void {
    this.#size++;
    const millisecond = Math.floor(event.at);
    if (millisecond <= this.#millisecond) return pushTo(this.#heap, event, isBefore);
    const events = this.#later.get(millisecond);
    if (events !== undefined) {
      events.push(event);
      return;
    }
    this.#later.set(millisecond, [event]);
    pushTo(this.#milliseconds, millisecond, isLess);
  }

  /** The next event; its millisecond has come then. */
  #next(): Event | undefined {
    if (this.#heap.length === 0) {
      const millisecond = popFrom(this.#milliseconds, isLess);
      if (millisecond === undefined) return undefined;
      this.#millisecond = millisecond;
      // What is sorted is a heap.
      this.#heap = (this.#later.get(millisecond) ?? []).sort((a, b) => a.at - b.at || a.order - b.order);
      this.#later.delete(millisecond);
    }
    return this.#heap[0];
  }
}
