import { IdIndex } from "../id-index.ts";
import type { Random } from "../random.ts";

/** At the welcome and for each question: so many drawn at random, and so many nearest. */
const PEERS = 8;

/** Messages that the server handled, by what they were for. */
export interface ServerMessages {
  welcome: number;
  ask: number;
  signal: number;
}

/** The WebSocket server as the overlay sees it: who is connected, a few ids for the asking, and messages handed on. */
export class BootstrapServer {
  readonly messages: ServerMessages = { welcome: 0, ask: 0, signal: 0 };
  readonly #connected = new IdIndex();
  readonly #order: string[] = [];
  readonly #at = new Map<string, number>();
  readonly #random: Random;
  up = true;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#order.length;
  }

  connected(id: string): boolean {
    return this.#at.has(id);
  }

  connect(id: string): void {
    if (this.#at.has(id)) return;
    this.#at.set(id, this.#order.length);
    this.#order.push(id);
    this.#connected.add(id);
  }

  disconnect(id: string): void {
    const at = this.#at.get(id);
    const last = this.#order.pop();
    if (at === undefined || last === undefined) {
      if (last !== undefined) this.#order.push(last);
      return;
    }
    if (last !== id) {
      this.#order[at] = last;
      this.#at.set(last, at);
    }
    this.#at.delete(id);
    this.#connected.delete(id);
  }

  /** Ids other than the asker's: some at random, and those nearest `near` (the asker itself at its welcome). */
  peersFor(asker: string, near: string | null): string[] {
    const found = new Set<string>(near === null ? [] : this.#connected.nearest(near, PEERS + 1));
    found.delete(asker);
    if (near === null || near === asker) {
      for (let i = 0; i < PEERS; i++) found.add(this.#order[this.#random.below(this.#order.length)] ?? asker);
    }
    found.delete(asker);
    return [...found];
  }
}
