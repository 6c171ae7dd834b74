import type { Model, Outcome, Target } from "./model.ts";
import type { Population } from "./population.ts";

/**
 * A server that knows who shares what; files go from peer to peer. After Napster (1999; Saroiu, Gummadi and Gribble, "A
 * Measurement Study of Peer-to-Peer File Sharing Systems", MMCN 2002). The server's connection to each peer tells it at
 * once who left. It never fails here; where it does, nothing is found by anyone.
 */
export class CentralIndex implements Model {
  readonly name = "Central index (Napster)";
  upkeepMessages = 0;
  readonly #population: Population;
  up = true;

  constructor(population: Population) {
    this.#population = population;
  }

  join(): void {
    this.upkeepMessages += 2;
  }

  maintain(): void {
    this.upkeepMessages += 2;
  }

  lookup(_from: number, { provider }: Target): Outcome {
    const found = this.up && this.#population.answers(provider);
    return { found, hops: found ? 1 : Number.NaN, messages: this.up ? 2 : 1 };
  }

  /** A peer holds one link; the server one for every peer. */
  state(): number {
    return 1;
  }
}
