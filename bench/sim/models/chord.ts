import { type Model, type Outcome, REPLICAS, type Target } from "./model.ts";
import { clockwise, type Population } from "./population.ts";

const BITS = 32;
/** Entries of the successor list; the paper wants O(log n). As many as Starling keeps siblings. */
const SUCCESSORS = 8;
const MAX_HOPS = 64;

interface ChordNode {
  successors: number[];
  predecessor: number | null;
  /** fingers[i] follows the node's point + 2^i. */
  readonly fingers: (number | undefined)[];
  nextFinger: number;
}

/**
 * Chord: ids on a ring, a key at the node that follows it, fingers at powers of two. Stoica, Morris, Karger, Kaashoek
 * and Balakrishnan, "Chord: A Scalable Peer-to-peer Lookup Service for Internet Applications", SIGCOMM 2001: joining and
 * stabilisation after its section 5 (`join`, `stabilize`, `notify`, `fix_fingers`), successor lists after 5.2, records on
 * the successors of their key. Recursive, each hop to the closest preceding entry that lives.
 */
export class Chord implements Model {
  readonly name = "Chord";
  upkeepMessages = 0;
  readonly #population: Population;
  readonly #nodes = new Map<number, ChordNode>();

  constructor(population: Population) {
    this.#population = population;
  }

  join(node: number, via: number | null): void {
    const state: ChordNode = { successors: [], predecessor: null, fingers: [], nextFinger: 0 };
    this.#nodes.set(node, state);
    const successor = via === null ? null : this.#owner(via, this.#population.point(node));
    if (successor === null) return;
    const before = this.#nodes.get(successor)?.predecessor ?? null;
    state.successors = this.#listAfter(successor);
    this.#notify(successor, node);
    const predecessor = before === null ? undefined : this.#nodes.get(before);
    // The node before learns of the new one at once: rounds of stabilisation would take one for each that joins.
    if (before !== null && predecessor !== undefined && this.#population.alive(before)) {
      this.#stabilize(before, predecessor);
    }
    for (let i = BITS - 1; i >= 0 && this.#fix(node, state, i); i--);
  }

  maintain(node: number): void {
    const state = this.#nodes.get(node);
    if (state === undefined) return;
    this.#stabilize(node, state);
    state.nextFinger = state.nextFinger === 0 ? BITS - 1 : state.nextFinger - 1;
    if (!this.#fix(node, state, state.nextFinger)) state.nextFinger = BITS;
  }

  lookup(from: number, { key }: Target): Outcome {
    const holders = new Set(this.#population.successors(key, REPLICAS));
    let messages = 0;
    let at = from;
    for (let hops = 0; hops <= MAX_HOPS; hops++) {
      if (!this.#population.answers(at) && at !== from) break;
      if (holders.has(at)) return { found: true, hops, messages: messages + (hops > 0 ? 1 : 0) };
      const tried = this.#candidates(at, key);
      const next = tried.findIndex((node) => this.#population.alive(node));
      messages += next < 0 ? tried.length : next + 1;
      const found = tried[next];
      if (found === undefined) break;
      at = found;
    }
    return { found: false, hops: Number.NaN, messages };
  }

  state(node: number): number {
    const state = this.#nodes.get(node);
    if (state === undefined) return 0;
    const entries = new Set([...state.successors, ...state.fingers.filter((finger) => finger !== undefined)]);
    if (state.predecessor !== null) entries.add(state.predecessor);
    return entries.size;
  }

  /** Where to go next: the entries between here and the key, nearest to it first; then, past the key, the successors. */
  #candidates(at: number, key: number): number[] {
    const state = this.#nodes.get(at);
    if (state === undefined) return [];
    const here = this.#population.point(at);
    const distance = clockwise(here, key);
    const preceding = new Set<number>();
    for (const node of [...state.fingers, ...state.successors]) {
      if (node === undefined || node === at) continue;
      const ahead = clockwise(here, this.#population.point(node));
      if (ahead > 0 && ahead < distance) preceding.add(node);
    }
    const sorted = [...preceding].sort((a, b) => this.#behind(a, key) - this.#behind(b, key));
    return [...sorted, ...state.successors.filter((node) => node !== at && !preceding.has(node))];
  }

  #behind(node: number, key: number): number {
    return clockwise(this.#population.point(node), key);
  }

  /** `find_successor`, for joining and fingers: as right as the entries on its way are. */
  #owner(from: number, point: number): number | null {
    let at = from;
    for (let hops = 0; hops <= MAX_HOPS; hops++) {
      const here = this.#population.point(at);
      if (here === point && at !== from) return at;
      const successor = this.#firstLiving(at);
      if (successor === null) return at;
      if (clockwise(here, point) <= clockwise(here, this.#population.point(successor))) return successor;
      const next = this.#candidates(at, point).find((node) => this.#population.alive(node));
      this.upkeepMessages++;
      if (next === undefined) return at;
      at = next;
    }
    return null;
  }

  #firstLiving(node: number): number | null {
    return this.#nodes.get(node)?.successors.find((other) => this.#population.alive(other)) ?? null;
  }

  #listAfter(successor: number): number[] {
    this.upkeepMessages += 2;
    const list = [successor, ...(this.#nodes.get(successor)?.successors ?? [])];
    return [...new Set(list)].slice(0, SUCCESSORS);
  }

  #stabilize(node: number, state: ChordNode): void {
    const successor = this.#firstLiving(node) ?? this.#livingEntry(node, state);
    if (successor === null) return;
    const between = this.#nodes.get(successor)?.predecessor ?? null;
    const here = this.#population.point(node);
    const nearer =
      between !== null &&
      between !== node &&
      this.#population.alive(between) &&
      clockwise(here, this.#population.point(between)) < clockwise(here, this.#population.point(successor));
    const next = nearer ? between : successor;
    state.successors = this.#listAfter(next).filter((other) => other !== node);
    this.#notify(next, node);
  }

  /** All successors gone: any entry that lives leads back to the ring, and stabilisation goes on from there. */
  #livingEntry(node: number, state: ChordNode): number | null {
    const entry = [...state.fingers, state.predecessor ?? undefined].find(
      (other) => other !== undefined && other !== node && this.#population.alive(other),
    );
    return entry === undefined ? null : this.#owner(entry, (this.#population.point(node) + 1) >>> 0);
  }

  #notify(node: number, by: number): void {
    this.upkeepMessages++;
    const state = this.#nodes.get(node);
    if (state === undefined || node === by) return;
    const { predecessor } = state;
    const point = this.#population.point(node);
    const nearer =
      predecessor === null ||
      !this.#population.alive(predecessor) ||
      clockwise(this.#population.point(by), point) < clockwise(this.#population.point(predecessor), point);
    if (nearer) state.predecessor = by;
    // The first node of a ring has no successor until somebody comes.
    if (state.successors.length > 0) return;
    state.successors = [by];
    this.#notify(by, node);
  }

  /** Renews one finger; false once fingers fall on the successor, where there is nothing to look up. */
  #fix(node: number, state: ChordNode, index: number): boolean {
    const [successor] = state.successors;
    const here = this.#population.point(node);
    if (successor === undefined || 2 ** index <= clockwise(here, this.#population.point(successor))) return false;
    state.fingers[index] = this.#owner(node, (here + 2 ** index) >>> 0) ?? undefined;
    this.upkeepMessages++;
    return true;
  }
}
