import { flood } from "./flood.ts";
import type { Model, Outcome, Target } from "./model.ts";
import type { Population } from "./population.ts";

/** As measured: a super-peer serves some 60 to 150 others and holds links with 30 to 50 of its kind. */
const LEAVES_PER_SUPER = 100;
const SUPER_LINKS = 40;
/** Hops among super-peers. */
const TTL = 2;
const NONE: ReadonlySet<number> = new Set();

/**
 * Two tiers: ordinary nodes tell a super-peer what they share and ask it; super-peers ask one another. After KaZaA, as
 * Liang, Kumar and Ross, "The FastTrack overlay: A measurement study", Computer Networks 50 (2006), found it to be.
 */
export class SuperPeers implements Model {
  readonly name = "Super-peers (KaZaA)";
  upkeepMessages = 0;
  readonly #population: Population;
  /** Of each super-peer: the super-peers that it is linked with. */
  readonly #supers = new Map<number, Set<number>>();
  readonly #superList: number[] = [];
  /** Of each ordinary node: its super-peer. */
  readonly #parents = new Map<number, number>();
  readonly #children = new Map<number, Set<number>>();

  constructor(population: Population) {
    this.#population = population;
  }

  join(node: number): void {
    if (this.#supers.size * LEAVES_PER_SUPER < this.#population.size) this.#promote(node);
    else this.#attach(node);
  }

  maintain(node: number): void {
    this.#forgetDead();
    if (this.#supers.has(node)) return this.#link(node);
    this.upkeepMessages += 2;
    const parent = this.#parents.get(node);
    if (parent === undefined || !this.#population.alive(parent)) this.join(node);
  }

  lookup(from: number, { provider }: Target): Outcome {
    const first = this.#supers.has(from) ? from : this.#parents.get(from);
    if (first === undefined || !this.#population.answers(first)) {
      return { found: false, hops: Number.NaN, messages: 1 };
    }
    const toSuper = first === from ? 0 : 1;
    const home = this.#supers.has(provider) ? provider : this.#parents.get(provider);
    const { hops, messages } = flood(first, {
      ttl: TTL,
      neighbours: (node) => this.#supers.get(node) ?? NONE,
      answers: (node) => this.#population.answers(node),
      goal: (node) => node === home,
    });
    const found = !Number.isNaN(hops) && this.#population.answers(provider);
    const back = found ? hops + toSuper : 0;
    return { found, hops: found ? back : Number.NaN, messages: messages + toSuper + back };
  }

  /** Links, and what a super-peer knows of others' files. */
  state(node: number): number {
    const links = this.#supers.get(node);
    return links === undefined ? 1 : links.size + (this.#children.get(node)?.size ?? 0);
  }

  #promote(node: number): void {
    this.#parents.delete(node);
    this.#supers.set(node, new Set());
    this.#superList.push(node);
    this.#children.set(node, new Set());
    this.#link(node);
  }

  /** To a super-peer picked at random, telling it what is shared. */
  #attach(node: number): void {
    for (let tries = 0; tries < 8; tries++) {
      const parent = this.#superList[this.#population.random.below(this.#superList.length)];
      this.upkeepMessages += 2;
      if (parent === undefined || !this.#population.alive(parent)) continue;
      this.#parents.set(node, parent);
      this.#children.get(parent)?.add(node);
      return;
    }
  }

  #link(node: number): void {
    const links = this.#supers.get(node) ?? new Set();
    this.upkeepMessages += 2 * links.size;
    for (const other of links) if (!this.#population.alive(other)) links.delete(other);
    const wanted = Math.min(SUPER_LINKS, this.#superList.length - 1);
    for (let tries = 0; links.size < wanted && tries < 4 * SUPER_LINKS; tries++) {
      const other = this.#superList[this.#population.random.below(this.#superList.length)];
      if (other === undefined || other === node || links.has(other) || !this.#population.alive(other)) continue;
      this.upkeepMessages += 2;
      links.add(other);
      this.#supers.get(other)?.add(node);
    }
  }

  #forgetDead(): void {
    const at = this.#population.random.below(this.#superList.length);
    const one = this.#superList[at];
    if (one === undefined || this.#population.alive(one)) return;
    this.#superList.splice(at, 1);
    this.#supers.delete(one);
    this.#children.delete(one);
  }
}
