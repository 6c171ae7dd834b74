import { EventQueue, Random, residualSession, Samples, type SessionLengths, sessionLength } from "@starling/sim";
import { CentralIndex } from "./models/central-index.ts";
import { Chord } from "./models/chord.ts";
import { Gnutella } from "./models/gnutella.ts";
import { Kademlia } from "./models/kademlia.ts";
import type { MakeModel, Model } from "./models/model.ts";
import { Pastry } from "./models/pastry.ts";
import { Population } from "./models/population.ts";
import { SuperPeers } from "./models/super-peers.ts";

/** Every node looks after its entries so often, in every model: the interval of Chord's own evaluation. */
const MAINTAIN_MS = 30_000;

export const MODELS: readonly MakeModel[] = [
  (population) => new Kademlia(population),
  (population) => new Chord(population),
  (population) => new Pastry(population),
  (population) => new Gnutella(population),
  (population) => new SuperPeers(population),
  (population) => new CentralIndex(population),
];

export interface Measured {
  readonly name: string;
  readonly hops: Samples;
  readonly messages: Samples;
  readonly state: Samples;
  readonly lookups: number;
  readonly found: number;
  /** Messages for joining and upkeep, per node and second. */
  readonly upkeep: number;
}

/** One model over one population. The same seed gives every model the same nodes, lives and look-ups. */
export class Trial {
  readonly population: Population;
  readonly model: Model;
  readonly #events = new EventQueue();
  readonly #lives: Random;
  readonly #asks: Random;
  readonly #members: number[] = [];
  #settledMessages = 0;

  constructor(make: MakeModel, seed: number, nodes: number) {
    // Points, lives and questions have a source each, so that what a model draws shifts nothing for the others.
    this.population = new Population(new Random(seed), new Random(seed + 3));
    this.#lives = new Random(seed + 1);
    this.#asks = new Random(seed + 2);
    this.model = make(this.population);
    for (let i = 0; i < nodes; i++) this.#enter();
    for (let round = 0; round < 4; round++) for (const node of this.#members) this.model.maintain(node);
    for (const node of this.#members) this.#maintainLater(node, this.#lives.unit() * MAINTAIN_MS);
    this.#settledMessages = this.model.upkeepMessages;
  }

  /** Marks a share of the nodes as bad. */
  corrupt(share: number): void {
    for (const node of this.#members) this.population.setBad(node, this.#lives.unit() < share);
  }

  /** Nodes come and go from now on. */
  churn(lengths: SessionLengths): void {
    for (const node of this.#members) this.#endLater(node, residualSession(this.#lives, lengths), lengths);
  }

  /** A share of the nodes leaves at once. */
  massLeave(share: number): void {
    for (const node of [...this.#members]) if (this.#lives.unit() < share) this.#remove(node);
  }

  /** Lets time pass. */
  run(ms: number): void {
    const until = this.#events.now + ms;
    while (this.#events.step(until));
    this.#events.advance(until);
  }

  /** Look-ups by good nodes, spread evenly over `ms`. */
  ask(lookups: number, ms = 0): Measured {
    const result = { hops: new Samples(), messages: new Samples(), state: new Samples(), found: 0 };
    for (let i = 0; i < lookups; i++) {
      if (ms > 0) this.run(ms / lookups);
      const [from, provider] = [this.#asker(), this.#asker()];
      const outcome = this.model.lookup(from, { key: this.#asks.u32(), provider });
      result.messages.add(outcome.messages);
      if (!outcome.found) continue;
      result.found++;
      result.hops.add(outcome.hops);
    }
    for (const node of this.#members) result.state.add(this.model.state(node));
    const seconds = this.#events.now / 1_000;
    const upkeep = (this.model.upkeepMessages - this.#settledMessages) / seconds / this.population.size;
    return { name: this.model.name, lookups, upkeep, ...result };
  }

  #asker(): number {
    for (;;) {
      const node = this.#members[this.#asks.below(this.#members.length)] ?? 0;
      if (this.population.answers(node)) return node;
    }
  }

  #enter(): number {
    const node = this.population.enter();
    const via = this.#members[this.#lives.below(this.#members.length)] ?? null;
    this.#members.push(node);
    this.model.join(node, via);
    return node;
  }

  #remove(node: number): void {
    this.population.leave(node);
    this.#members.splice(this.#members.indexOf(node), 1);
  }

  #endLater(node: number, after: number, lengths: SessionLengths): void {
    this.#events.after(after, () => {
      if (!this.population.alive(node)) return;
      this.#remove(node);
      const next = this.#enter();
      this.#maintainLater(next, MAINTAIN_MS * this.#lives.unit());
      this.#endLater(next, sessionLength(this.#lives, lengths), lengths);
    });
  }

  #maintainLater(node: number, after: number): void {
    this.#events.after(after, () => {
      if (!this.population.alive(node)) return;
      this.model.maintain(node);
      this.#maintainLater(node, MAINTAIN_MS);
    });
  }
}
