/**
 * Calls back every 50 ms, from a worker of its own: a hidden page's own timers run once a second. The only clock of the
 * data path, and only while a speed limit holds something back.
 */
export class Pulse {
  readonly #beat: () => void;
  #worker: Worker | null = null;

  constructor(beat: () => void) {
    this.#beat = beat;
  }

  run(on: boolean): void {
    if (on === (this.#worker !== null)) return;
    this.#worker?.terminate();
    this.#worker = on ? this.#start() : null;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./pulse-worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", this.#beat);
    return worker;
  }
}
