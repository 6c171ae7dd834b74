import { type Model, type Outcome, REPLICAS, type Target } from "./model.ts";
import type { Population } from "./population.ts";

/** As Starling sets them. */
const SIBLINGS = 8;
const PER_BUCKET = 2;
const MAX_LINKS = 48;
const TTL = 16;
const QUERIES = 60;
const BUCKETS = 32;

/**
 * Kademlia over links: Maymounkov and Mazieres, "Kademlia: A Peer-to-peer Information System Based on the XOR Metric",
 * IPTPS 2002, with links in place of contacts. As plain as its neighbours here: eight siblings and two links a bucket;
 * greedy from hop to hop and, where that fails, the iterative search of the paper, which routes each question back over
 * the links that brought the name. The machine itself (packages/dht) is measured apart.
 */
export class Kademlia implements Model {
  readonly name = "Kademlia (model)";
  upkeepMessages = 0;
  readonly #population: Population;
  readonly #links = new Map<number, Set<number>>();

  constructor(population: Population) {
    this.#population = population;
  }

  join(node: number, via: number | null): void {
    this.#links.set(node, new Set());
    if (via === null) return;
    this.#link(node, via);
    const point = this.#population.point(node);
    this.#adopt(node, this.#search(node, point).seen);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (!this.#lacking(node, bucket)) continue;
      if (this.#population.nearestByXor(point, SIBLINGS).length < SIBLINGS) break;
      if (bucket > this.#depth(node)) break;
      this.#adopt(node, this.#search(node, this.#pointIn(point, bucket)).seen);
    }
  }

  maintain(node: number): void {
    const links = this.#links.get(node) ?? new Set();
    this.upkeepMessages += 2 * links.size;
    for (const other of links) if (!this.#population.alive(other)) this.#unlink(node, other);
    const point = this.#population.point(node);
    const seen: number[] = [];
    for (const sibling of this.#nearest(node, point, SIBLINGS)) {
      this.upkeepMessages += 2;
      seen.push(...this.#nearest(sibling, point, SIBLINGS).filter((other) => this.#population.alive(other)));
    }
    this.#adopt(node, seen);
    this.#trim(node);
    const depth = this.#depth(node);
    const lacking = Array.from({ length: depth + 1 }, (_, bucket) => bucket).filter((b) => this.#lacking(node, b));
    const bucket = lacking[this.#population.random.below(lacking.length)];
    if (bucket !== undefined) this.#adopt(node, this.#search(node, this.#pointIn(point, bucket)).seen);
  }

  lookup(from: number, target: Target): Outcome {
    const holders = new Set(this.#population.nearestByXor(target.key, REPLICAS));
    const fast = this.#greedy(from, target.key, holders);
    if (fast.found) return fast;
    const sure = this.#search(from, target.key, holders);
    return { found: sure.found !== null, hops: sure.found ?? Number.NaN, messages: fast.messages + sure.messages };
  }

  state(node: number): number {
    return this.#links.get(node)?.size ?? 0;
  }

  #greedy(from: number, key: number, holders: ReadonlySet<number>): Outcome {
    let messages = 0;
    let at = from;
    for (let hops = 0; hops <= TTL; hops++) {
      if (!this.#population.answers(at) && at !== from) break;
      if (holders.has(at)) return { found: true, hops, messages: messages + hops };
      const here = this.#population.xor(at, key);
      const nearer = this.#nearest(at, key, 3).filter((node) => this.#population.xor(node, key) < here);
      const next = nearer.findIndex((node) => this.#population.alive(node));
      messages += next < 0 ? nearer.length : next + 1;
      const found = nearer[next];
      if (found === undefined) break;
      at = found;
    }
    return { found: false, hops: Number.NaN, messages };
  }

  /** Asks the nearest node known and not yet asked, until the eight nearest known have been asked or `holders` is met. */
  #search(from: number, key: number, holders: ReadonlySet<number> | null = null) {
    const depth = new Map([[from, 0]]);
    const asked = new Set<number>();
    const silent = new Set<number>();
    const known = () => [...depth.keys()].filter((node) => !silent.has(node));
    const byXor = (a: number, b: number) => this.#population.xor(a, key) - this.#population.xor(b, key);
    const answers = (node: number) =>
      node === from || (holders === null ? this.#population.alive(node) : this.#population.answers(node));
    let messages = 0;
    let found: number | null = null;
    while (asked.size < QUERIES && found === null) {
      const next = known()
        .sort(byXor)
        .slice(0, REPLICAS)
        .find((node) => !asked.has(node));
      if (next === undefined) break;
      asked.add(next);
      const hops = depth.get(next) ?? 0;
      messages += 2 * hops;
      if (!answers(next)) silent.add(next);
      else if (holders?.has(next)) found = hops;
      else for (const node of this.#nearest(next, key, REPLICAS)) depth.set(node, depth.get(node) ?? hops + 1);
    }
    if (holders === null) this.upkeepMessages += messages;
    return { found, messages, seen: known() };
  }

  #nearest(node: number, key: number, count: number): number[] {
    const links = [...(this.#links.get(node) ?? [])];
    return links.sort((a, b) => this.#population.xor(a, key) - this.#population.xor(b, key)).slice(0, count);
  }

  /** Links with those that belong to the siblings or to a bucket with room. */
  #adopt(node: number, seen: readonly number[]): void {
    const point = this.#population.point(node);
    const fresh = [...new Set(seen)].filter((other) => other !== node && this.#population.alive(other));
    fresh.sort((a, b) => this.#population.xor(a, point) - this.#population.xor(b, point));
    for (const other of fresh) {
      const links = this.#links.get(node);
      if (links === undefined || links.has(other)) continue;
      const last = this.#nearest(node, point, SIBLINGS)[SIBLINGS - 1];
      const sibling = last === undefined || this.#population.xor(other, point) < this.#population.xor(last, point);
      const bucket = Math.clz32(this.#population.xor(other, point));
      const room = this.#lacking(node, bucket) && (this.#links.get(other)?.size ?? 0) < MAX_LINKS;
      if (sibling || (room && links.size < MAX_LINKS)) this.#link(node, other);
    }
  }

  /** Above the limit the farthest links go that are a sibling to neither side and have enough beside them. */
  #trim(node: number): void {
    const point = this.#population.point(node);
    const farthestFirst = this.#nearest(node, point, Number.POSITIVE_INFINITY).reverse();
    for (const other of farthestFirst.slice(0, -SIBLINGS)) {
      if (this.state(node) <= MAX_LINKS) return;
      const theirs = this.#nearest(other, this.#population.point(other), SIBLINGS);
      const bucket = Math.clz32(this.#population.xor(other, point));
      if (!theirs.includes(node) && this.#inBucket(node, bucket) > PER_BUCKET) this.#unlink(node, other);
    }
  }

  #lacking(node: number, bucket: number): boolean {
    return this.#inBucket(node, bucket) < PER_BUCKET;
  }

  #inBucket(node: number, bucket: number): number {
    const point = this.#population.point(node);
    const links = [...(this.#links.get(node) ?? [])];
    return links.filter((other) => Math.clz32(this.#population.xor(other, point)) === bucket).length;
  }

  /** The bucket of the farthest sibling: beyond it all buckets are covered by siblings. */
  #depth(node: number): number {
    const point = this.#population.point(node);
    const last = this.#nearest(node, point, SIBLINGS).at(-1);
    return last === undefined ? 0 : Math.clz32(this.#population.xor(last, point));
  }

  #pointIn(point: number, bucket: number): number {
    const flipped = point ^ (1 << (31 - bucket));
    const rest = bucket >= 31 ? 0 : this.#population.random.u32() & (2 ** (31 - bucket) - 1);
    return (flipped ^ rest) >>> 0;
  }

  #link(a: number, b: number): void {
    const theirs = this.#links.get(b);
    if (theirs === undefined) return;
    this.upkeepMessages += 4;
    this.#links.get(a)?.add(b);
    theirs.add(a);
  }

  #unlink(a: number, b: number): void {
    this.#links.get(a)?.delete(b);
    this.#links.get(b)?.delete(a);
  }
}
