import { flood } from "./flood.ts";
import type { Model, Outcome, Target } from "./model.ts";
import type { Population } from "./population.ts";

/** Each opens three links and takes up to eight, so that nodes have about six; queries live for seven hops. */
const WANTED_LINKS = 3;
const MAX_LINKS = 8;
const TTL = 7;
const NONE: ReadonlySet<number> = new Set();

/**
 * Flooding: a random graph, and every query to everyone within seven hops. "The Gnutella Protocol Specification v0.4"
 * (Clip2, 2000); Ripeanu, Foster and Iamnitchi found 3.4 links a node in the mean ("Mapping the Gnutella Network", 2002). A file is
 * only where it is shared. Each node forwards a query once; copies that arrive again count as messages.
 */
export class Gnutella implements Model {
  readonly name = "Flooding (Gnutella)";
  upkeepMessages = 0;
  readonly #population: Population;
  readonly #links = new Map<number, Set<number>>();

  constructor(population: Population) {
    this.#population = population;
  }

  join(node: number): void {
    this.#links.set(node, new Set());
    this.#fill(node);
  }

  maintain(node: number): void {
    const links = this.#links.get(node) ?? new Set();
    this.upkeepMessages += 2 * links.size;
    for (const other of links) {
      if (this.#population.alive(other)) continue;
      links.delete(other);
      this.#links.get(other)?.delete(node);
    }
    this.#fill(node);
  }

  lookup(from: number, { provider }: Target): Outcome {
    const { hops, messages } = flood(from, {
      ttl: TTL,
      neighbours: (node) => this.#links.get(node) ?? NONE,
      answers: (node) => this.#population.answers(node),
      goal: (node) => node === provider,
    });
    const found = !Number.isNaN(hops);
    return { found, hops, messages: messages + (found ? hops : 0) };
  }

  state(node: number): number {
    return this.#links.get(node)?.size ?? 0;
  }

  /** New neighbours from a host cache, among those with room. */
  #fill(node: number): void {
    const links = this.#links.get(node) ?? new Set();
    for (let tries = 0; links.size < WANTED_LINKS && tries < 4 * MAX_LINKS; tries++) {
      const other = this.#population.any(node);
      const theirs = other === null ? undefined : this.#links.get(other);
      if (other === null || theirs === undefined || theirs.size >= MAX_LINKS || links.has(other)) continue;
      this.upkeepMessages += 2;
      links.add(other);
      theirs.add(node);
    }
  }
}
