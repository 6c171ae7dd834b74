interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A binary heap of events and the virtual clock that they drive. Events of one instant run in the order of their making. */
export class EventQueue {
  #heap: Event[] = [];
  #made = 0;
  #now = 0;

  /** Virtual time in ms. */
  get now(): number {
    return this.#now;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Runs `run` after `delay` ms of virtual time. */
  after(delay: number, run: () => void): void {
    this.#push({ at: this.#now + Math.max(0, delay), order: this.#made++, run });
  }

  /** Runs the next event not later than `limit`; false if there is none. */
  step(limit: number): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.at > limit) return false;
    this.#pop();
    this.#now = next.at;
    next.run();
    return true;
  }

  /** Moves the clock on to `time` when nothing is left before it. */
  advance(time: number): void {
    const next = this.#heap[0];
    if (time > this.#now && (next === undefined || next.at >= time)) this.#now = time;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, event)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      const child = this.#smallerChild(i);
      const below = heap[child];
      if (below === undefined || !before(below, last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
  }

  #smallerChild(i: number): number {
    const left = this.#heap[2 * i + 1];
    const right = this.#heap[2 * i + 2];
    return left !== undefined && right !== undefined && before(right, left) ? 2 * i + 2 : 2 * i + 1;
  }
}
