import { residualSession, type SessionLengths, sessionLength } from "../distributions.ts";
import { Random } from "../random.ts";
import type { OverlayHost } from "./overlay-host.ts";
import type { Departure, OverlayWorld } from "./overlay-world.ts";

export interface ChurnOptions<Frame> {
  readonly seed: number;
  readonly lengths: SessionLengths;
  /** The ways in which nodes end, drawn evenly: name one several times to weigh it. */
  readonly departures: readonly Departure[];
  /** A node to take the place of one that left, so that the population stays as it is. */
  readonly arrive: () => OverlayHost<Frame>;
  /** Nodes that stay as long as the test needs them. */
  readonly spares?: (id: string) => boolean;
}

/** Nodes come and go, with sessions of a given distribution, until stopped. */
export class Churn<Frame> {
  readonly #world: OverlayWorld<Frame>;
  readonly #options: ChurnOptions<Frame>;
  readonly #random: Random;
  #running = true;
  departed = 0;

  /** Begins at once: the nodes that live now are met in the middle of their sessions. */
  constructor(world: OverlayWorld<Frame>, options: ChurnOptions<Frame>) {
    this.#world = world;
    this.#options = options;
    this.#random = new Random(options.seed);
    for (const node of world.nodes()) this.#ends(node.id, residualSession(this.#random, options.lengths));
  }

  stop(): void {
    this.#running = false;
  }

  #ends(id: string, after: number): void {
    this.#world.events.after(after, () => {
      if (!this.#running || this.#options.spares?.(id) || this.#world.node(id) === undefined) return;
      this.departed++;
      const { departures, arrive, lengths } = this.#options;
      this.#world.remove(id, departures[this.#random.below(departures.length)] ?? "closed");
      const { id: successor } = this.#world.add(arrive());
      this.#ends(successor, sessionLength(this.#random, lengths));
    });
  }
}
