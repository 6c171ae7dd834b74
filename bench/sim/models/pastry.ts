import { type Model, type Outcome, REPLICAS, type Target } from "./model.ts";
import { clockwise, type Population } from "./population.ts";

/** The paper's usual settings: b = 4, so digits of base 16; a leaf set of 16, half on each side. */
const BASE_BITS = 4;
const COLUMNS = 16;
const ROWS = 8;
const LEAVES_PER_SIDE = 8;
const MAX_HOPS = 64;

interface PastryNode {
  /** By row (digits in common) and column (next digit). */
  readonly table: (number | undefined)[];
  /** Nearest first, on either side of the ring. */
  below: number[];
  above: number[];
}

/**
 * Pastry: prefix routing on a ring with a leaf set. Rowstron and Druschel, "Pastry: Scalable, decentralized object
 * location and routing for large-scale peer-to-peer systems", Middleware 2001: the routing procedure of figure 1, joining
 * of section 2.4 (row i from the i-th node on the way, the leaf set from the last), repair of 2.5. Records on the
 * numerically nearest nodes, as PAST has it. Without the neighbourhood set, as no proximity is measured here.
 */
export class Pastry implements Model {
  readonly name = "Pastry";
  upkeepMessages = 0;
  readonly #population: Population;
  readonly #nodes = new Map<number, PastryNode>();

  constructor(population: Population) {
    this.#population = population;
  }

  join(node: number, via: number | null): void {
    const state: PastryNode = { table: [], below: [], above: [] };
    this.#nodes.set(node, state);
    if (via === null) return;
    const way = this.#wayTo(via, this.#population.point(node), node);
    const known = new Set<number>();
    for (const hop of way) for (const entry of [hop, ...this.#entries(hop)]) known.add(entry);
    this.upkeepMessages += 2 * way.length;
    this.#learn(node, known);
    const last = way.at(-1);
    if (last !== undefined) this.#learn(node, this.#entries(last));
    for (const other of this.#entries(node)) {
      this.upkeepMessages++;
      if (this.#population.alive(other)) this.#learn(other, [node]);
    }
  }

  maintain(node: number): void {
    const state = this.#nodes.get(node);
    if (state === undefined) return;
    this.upkeepMessages += state.below.length + state.above.length;
    const living = (other: number) => this.#population.alive(other);
    state.below = state.below.filter(living);
    state.above = state.above.filter(living);
    for (const farthest of [state.below.at(-1), state.above.at(-1)]) this.#askLeaves(node, farthest);
    for (const nearest of [state.below[0], state.above[0]]) this.#askLeaves(node, nearest);
    this.#renewRow(node, state, this.#population.random.below(ROWS));
  }

  lookup(from: number, { key }: Target): Outcome {
    const holders = new Set(this.#population.nearestOnRing(key, REPLICAS));
    let messages = 0;
    let at = from;
    for (let hops = 0; hops <= MAX_HOPS; hops++) {
      if (!this.#population.answers(at) && at !== from) break;
      if (holders.has(at)) return { found: true, hops, messages: messages + (hops > 0 ? 1 : 0) };
      const next = this.#next(at, key, -1, () => messages++);
      if (next === null) break;
      at = next;
    }
    return { found: false, hops: Number.NaN, messages };
  }

  state(node: number): number {
    return new Set(this.#entries(node)).size;
  }

  #wayTo(from: number, key: number, except: number): number[] {
    const way = [from];
    for (let at = from; way.length <= MAX_HOPS; ) {
      const next = this.#next(at, key, except, () => this.upkeepMessages++);
      if (next === null || way.includes(next)) return way;
      way.push(next);
      at = next;
    }
    return way;
  }

  /** Figure 1 of the paper: by the leaf set if the key lies within it, else by prefix, else whatever is nearer. */
  #next(at: number, key: number, except: number, sent: () => void): number | null {
    const state = this.#nodes.get(at);
    if (state === undefined) return null;
    const usable = (node: number) => {
      if (node === except) return false;
      sent();
      return this.#population.alive(node);
    };
    if (this.#withinLeaves(at, state, key)) {
      const nearer = this.#nearer(at, [...state.below, ...state.above], key);
      return nearer.find(usable) ?? null;
    }
    const row = commonDigits(this.#population.point(at), key);
    const entry = state.table[row * COLUMNS + digit(key, row)];
    if (entry !== undefined && usable(entry)) return entry;
    if (entry !== undefined) this.#renewRow(at, state, row);
    const asLong = (node: number) => commonDigits(this.#population.point(node), key) >= row;
    return this.#nearer(at, this.#entries(at).filter(asLong), key).find(usable) ?? null;
  }

  #withinLeaves(at: number, state: PastryNode, key: number): boolean {
    const here = this.#population.point(at);
    const [first, last] = [state.below.at(-1), state.above.at(-1)];
    if (first === undefined || last === undefined) return true;
    const start = this.#population.point(first);
    const span = clockwise(start, here) + clockwise(here, this.#population.point(last));
    return span >= 2 ** 32 || clockwise(start, key) <= span;
  }

  #nearer(at: number, nodes: readonly number[], key: number): number[] {
    const distance = this.#population.ringDistance(at, key);
    return [...new Set(nodes)]
      .filter((node) => this.#population.ringDistance(node, key) < distance)
      .sort((a, b) => this.#population.ringDistance(a, key) - this.#population.ringDistance(b, key));
  }

  #entries(node: number): number[] {
    const state = this.#nodes.get(node);
    if (state === undefined) return [];
    return [...state.below, ...state.above, ...state.table.filter((entry) => entry !== undefined)];
  }

  #askLeaves(node: number, leaf: number | undefined): void {
    const asked = leaf === undefined ? undefined : this.#nodes.get(leaf);
    if (leaf === undefined || asked === undefined || !this.#population.alive(leaf)) return;
    this.upkeepMessages += 2;
    this.#learn(
      node,
      [...asked.below, ...asked.above].filter((other) => this.#population.alive(other)),
    );
    this.#learn(leaf, [node]);
  }

  /** Dead entries of a row go; a living one is asked for its own row. */
  #renewRow(node: number, state: PastryNode, row: number): void {
    const columns = Array.from({ length: COLUMNS }, (_, column) => row * COLUMNS + column);
    for (const at of columns) {
      const entry = state.table[at];
      if (entry !== undefined && !this.#population.alive(entry)) delete state.table[at];
    }
    const living = columns.map((at) => state.table[at]).filter((entry) => entry !== undefined);
    const asked = living[this.#population.random.below(living.length)];
    if (asked === undefined) return;
    this.upkeepMessages += 2;
    const theirs = columns.map((at) => this.#nodes.get(asked)?.table[at]);
    this.#learn(node, theirs.filter((entry) => entry !== undefined && this.#population.alive(entry)) as number[]);
  }

  #learn(node: number, others: Iterable<number>): void {
    const state = this.#nodes.get(node);
    if (state === undefined) return;
    const here = this.#population.point(node);
    for (const other of others) {
      if (other === node) continue;
      const point = this.#population.point(other);
      const row = commonDigits(here, point);
      state.table[row * COLUMNS + digit(point, row)] ??= other;
      const ahead = clockwise(here, point);
      // In a small ring a node is on both sides; the nearer one counts.
      if (ahead <= 2 ** 31) insert(state.above, other, (leaf) => clockwise(here, this.#population.point(leaf)));
      else insert(state.below, other, (leaf) => clockwise(this.#population.point(leaf), here));
    }
  }
}

function insert(leaves: number[], node: number, distance: (node: number) => number): void {
  if (leaves.includes(node)) return;
  leaves.push(node);
  leaves.sort((a, b) => distance(a) - distance(b));
  leaves.length = Math.min(leaves.length, LEAVES_PER_SIDE);
}

function digit(point: number, row: number): number {
  return (point >>> (32 - BASE_BITS * (row + 1))) & (COLUMNS - 1);
}

function commonDigits(a: number, b: number): number {
  return Math.min(ROWS - 1, Math.clz32(a ^ b) >> 2);
}
