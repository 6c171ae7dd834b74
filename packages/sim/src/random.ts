/**
 * A seeded source of pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 32-bit steps, period of at least
 * 2^32. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = (seed ^ 0x9e3779b9) | 0;
    this.#c = 0x243f6a88;
    for (let i = 0; i < 15; i++) this.u32();
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const out = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + out) | 0;
    return out >>> 0;
  }

  /** 0 (included) to 1 (excluded). */
  readonly unit = (): number => this.u32() / 4294967296;

  /** 0 (included) to `bound` (excluded). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const word = this.u32();
      for (let j = 0; j < 4 && i + j < length; j++) out[i + j] = word >>> (8 * j);
    }
    return out;
  }
}
