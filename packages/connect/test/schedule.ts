/** Virtual time: events in order of their time, and of their making where times are equal. */
export class Schedule {
  now = 0;
  #made = 0;
  readonly #events: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];

  after(delayMs: number, run: () => void): void {
    const event = { at: this.now + delayMs, order: this.#made++, run };
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1]!.at > event.at) index--;
    this.#events.splice(index, 0, event);
  }

  /** Runs all events up to `durationMs` from now. */
  run(durationMs: number): void {
    const end = this.now + durationMs;
    for (let event = this.#events[0]; event !== undefined && event.at <= end; event = this.#events[0]) {
      this.#events.shift();
      this.now = event.at;
      event.run();
    }
    this.now = end;
  }
}

/** Seeded random numbers (mulberry32 by Tommy Ettinger, public domain). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.next() * 256));
  }
}
