import type { Machine } from "@starling/protocol";

/**
 * Feeds a pure machine and performs its effects in order. Performing an effect may give the machine further input; that
 * input waits until all effects of the input before it are done, so the machine sees one thing at a time.
 */
export class Runner<Input, Effect> {
  readonly #machine: Machine<Input, Effect>;
  readonly #perform: (effect: Effect) => void;
  readonly #waiting: Input[] = [];
  #running = false;

  constructor(machine: Machine<Input, Effect>, perform: (effect: Effect) => void) {
    this.#machine = machine;
    this.#perform = perform;
  }

  dispatch(input: Input): void {
    this.#waiting.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const effect of this.#machine.handle(next, performance.now())) this.#perform(effect);
      }
    } finally {
      this.#running = false;
    }
  }
}
