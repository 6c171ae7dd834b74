import type { Population } from "./population.ts";

/** Holders of one record, by each structured model's own measure of nearness. The same for all, as for Starling. */
export const REPLICAS = 8;

/** What is looked for: a key that its eight nearest nodes hold, or (unstructured) a file that one node shares. */
export interface Target {
  /** A point of the id space. */
  readonly key: number;
  readonly provider: number;
}

export interface Outcome {
  readonly found: boolean;
  /** Hops to the node that knew; of flooding, to the nearest one. */
  readonly hops: number;
  /** All messages that the look-up caused, in either direction. */
  readonly messages: number;
}

/**
 * One architecture in its plainest form, over a {@link Population}. Nodes are numbers. A node that leaves tells nobody:
 * whoever held it notices when it next uses the entry, or at its next round of upkeep. Routing goes from hop to hop
 * over entries held, since in a browser an entry is a link and a new link costs a second or two. A node marked bad
 * takes part in upkeep and swallows look-ups.
 */
export interface Model {
  readonly name: string;
  /** Messages for joining and upkeep so far. */
  upkeepMessages: number;
  /** The node is in the population already, and knows one node that lives: `via`, or null for the first. */
  join(node: number, via: number | null): void;
  /** One round of upkeep of one node; every thirty seconds. */
  maintain(node: number): void;
  lookup(from: number, target: Target): Outcome;
  /** Entries that a node holds. */
  state(node: number): number;
}

export type MakeModel = (population: Population) => Model;
