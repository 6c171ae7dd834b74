import type { Random } from "@starling/sim";

/** The nodes of a comparison: points of a 32-bit id space, who lives, who is bad. The oracle for every model. */
export class Population {
  /** For the models' own draws; points come from another source, so that all models meet the same nodes. */
  readonly random: Random;
  readonly #pointsFrom: Random;
  readonly #points: number[] = [];
  readonly #taken = new Set<number>();
  readonly #alive: boolean[] = [];
  readonly #bad: boolean[] = [];
  /** Nodes that live, by their points. */
  readonly #sorted: number[] = [];

  constructor(points: Random, draws: Random) {
    this.#pointsFrom = points;
    this.random = draws;
  }

  /** Nodes that live. */
  get size(): number {
    return this.#sorted.length;
  }

  /** A new node at a free point. */
  enter(bad = false): number {
    let point = this.#pointsFrom.u32();
    while (this.#taken.has(point)) point = this.#pointsFrom.u32();
    this.#taken.add(point);
    const node = this.#points.push(point) - 1;
    this.#alive.push(true);
    this.#bad.push(bad);
    this.#sorted.splice(this.#lowerBound(point), 0, node);
    return node;
  }

  leave(node: number): void {
    if (!this.alive(node)) return;
    this.#alive[node] = false;
    this.#sorted.splice(this.#lowerBound(this.point(node)), 1);
  }

  point(node: number): number {
    return this.#points[node] ?? 0;
  }

  alive(node: number): boolean {
    return this.#alive[node] === true;
  }

  setBad(node: number, bad: boolean): void {
    this.#bad[node] = bad;
  }

  /** Whether it answers look-ups. */
  answers(node: number): boolean {
    return this.#alive[node] === true && this.#bad[node] === false;
  }

  /** A node that lives, at random; other than `not` if there is another. */
  any(not = -1): number | null {
    if (this.size === 0) return null;
    const node = this.#sorted[this.random.below(this.size)] ?? 0;
    if (node !== not) return node;
    return this.size === 1 ? null : this.any(not);
  }

  /** The `count` nodes that follow a point on the ring, the one at the point included. */
  successors(point: number, count: number): number[] {
    const start = this.#lowerBound(point);
    return Array.from({ length: Math.min(count, this.size) }, (_, i) => this.#sorted[(start + i) % this.size] ?? 0);
  }

  /** The `count` nodes nearest a point on the ring, in either direction, nearest first. */
  nearestOnRing(point: number, count: number): number[] {
    const start = this.#lowerBound(point) + this.size;
    const reach = Math.min(count, this.size);
    const around = new Set<number>();
    for (let i = start - reach; i < start + reach; i++) around.add(this.#sorted[i % this.size] ?? 0);
    return [...around].sort((a, b) => this.ringDistance(a, point) - this.ringDistance(b, point)).slice(0, count);
  }

  /** The `count` nodes nearest a point by XOR, nearest first. */
  nearestByXor(point: number, count: number): number[] {
    for (let bits = 32; bits >= 0; bits--) {
      const span = 2 ** (32 - bits);
      const low = Math.floor(point / span) * span;
      const [from, to] = [this.#lowerBound(low), this.#lowerBound(low + span)];
      if (to - from < count && bits > 0) continue;
      return this.#sorted
        .slice(from, to)
        .sort((a, b) => this.xor(a, point) - this.xor(b, point))
        .slice(0, count);
    }
    return [];
  }

  xor(node: number, point: number): number {
    return (this.point(node) ^ point) >>> 0;
  }

  ringDistance(node: number, point: number): number {
    const ahead = clockwise(this.point(node), point);
    return Math.min(ahead, 2 ** 32 - ahead);
  }

  #lowerBound(point: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.point(this.#sorted[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** From one point of the ring forward to another. */
export function clockwise(from: number, to: number): number {
  return (to - from) >>> 0;
}
