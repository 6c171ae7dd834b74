/** Numbers measured in a run, and their quantiles. */
export class Samples {
  #values: number[] = [];
  #sorted = true;

  add(value: number): void {
    this.#values.push(value);
    this.#sorted = false;
  }

  get count(): number {
    return this.#values.length;
  }

  /** NaN when empty. */
  get mean(): number {
    return this.#values.reduce((sum, value) => sum + value, 0) / this.#values.length;
  }

  get median(): number {
    return this.quantile(0.5);
  }

  get max(): number {
    return this.quantile(1);
  }

  /** Nearest rank: the smallest value that at least this share of all values does not exceed. NaN when empty. */
  quantile(share: number): number {
    if (!this.#sorted) this.#values.sort((a, b) => a - b);
    this.#sorted = true;
    const rank = Math.max(1, Math.ceil(share * this.#values.length));
    return this.#values[rank - 1] ?? Number.NaN;
  }
}
