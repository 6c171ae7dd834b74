import type { Random } from "./random.ts";

/**
 * The oracle: all ids that live, in order, and who is nearest to a key by XOR. Ids are lower-case hex of equal length.
 * The nearest by XOR share the longest prefix with the key, so they lie together in the sorted list.
 */
export class IdIndex {
  readonly #ids: string[] = [];

  constructor(ids: Iterable<string> = []) {
    this.#ids = [...ids].sort();
  }

  get size(): number {
    return this.#ids.length;
  }

  add(id: string): void {
    const at = this.#lowerBound(id);
    if (this.#ids[at] !== id) this.#ids.splice(at, 0, id);
  }

  delete(id: string): void {
    const at = this.#lowerBound(id);
    if (this.#ids[at] === id) this.#ids.splice(at, 1);
  }

  has(id: string): boolean {
    return this.#ids[this.#lowerBound(id)] === id;
  }

  /** The `count` ids nearest the key, nearest first; an id equal to the key is among them. */
  nearest(key: string, count: number): string[] {
    const block = this.#block(key, count);
    return block.sort((a, b) => compareXor(key, a, b)).slice(0, count);
  }

  /** Ids that share the first `bits` bits with the key. */
  sharing(key: string, bits: number): string[] {
    const digits = bits >> 2;
    const prefix = key.slice(0, digits);
    const within = this.#ids.slice(this.#lowerBound(prefix), this.#lowerBound(`${prefix}g`));
    const rest = bits & 3;
    if (rest === 0) return within;
    const mask = (0xf << (4 - rest)) & 0xf;
    const wanted = digit(key, digits) & mask;
    return within.filter((id) => (digit(id, digits) & mask) === wanted);
  }

  /** One of those that share the first `bits` bits with the key, at random; undefined if none does. */
  anySharing(key: string, bits: number, random: Random): string | undefined {
    const [low, high] = [bound(key, bits, 0), bound(key, bits, 0xf)];
    const from = this.#lowerBound(low);
    const to = this.#lowerBound(`${high}g`);
    return from < to ? this.#ids[from + random.below(to - from)] : undefined;
  }

  /** The smallest block of whole digits' prefixes that holds enough ids. */
  #block(key: string, count: number): string[] {
    for (let digits = key.length; digits > 0; digits--) {
      const prefix = key.slice(0, digits);
      const low = this.#lowerBound(prefix);
      const high = this.#lowerBound(`${prefix}g`);
      if (high - low >= count) return this.#ids.slice(low, high);
    }
    return [...this.#ids];
  }

  #lowerBound(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ids[middle] ?? "") < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Below zero if `a` is nearer the key than `b`. All hex of equal length. */
export function compareXor(key: string, a: string, b: string): number {
  for (let i = 0; i < key.length; i++) {
    const difference = (digit(a, i) ^ digit(key, i)) - (digit(b, i) ^ digit(key, i));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Leading bits that two ids have in common: the number of the bucket. */
export function commonBits(a: string, b: string): number {
  for (let i = 0; i < a.length; i++) {
    const difference = digit(a, i) ^ digit(b, i);
    if (difference !== 0) return 4 * i + Math.clz32(difference) - 28;
  }
  return 4 * a.length;
}

/** The key with all bits after the first `bits` zero (fill 0) or one (fill 15). */
function bound(key: string, bits: number, fill: 0 | 0xf): string {
  const digits = bits >> 2;
  if (digits >= key.length) return key;
  const kept = (0xf << (4 - (bits & 3))) & 0xf;
  const edge = (digit(key, digits) & kept) | (fill & ~kept);
  return key.slice(0, digits) + edge.toString(16).padEnd(key.length - digits, fill.toString(16));
}

/** The id with one bit turned. */
export function flipBit(id: string, bit: number): string {
  const at = bit >> 2;
  return id.slice(0, at) + (digit(id, at) ^ (8 >> (bit & 3))).toString(16) + id.slice(at + 1);
}

function digit(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}
