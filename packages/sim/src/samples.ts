/** Numbers measured in a run, and their quantiles. */
export class Samples {
  readonly #values: number[] = [];
  #sorted: number[] | null = null;

  add(value: number): void {
    this.#values.push(value);
    this.#sorted = null;
  }

  get count(): number {
    return this.#values.length;
  }

  /** Those that were added after the first `count`, in the order of adding. */
  since(count: number): readonly number[] {
    return this.#values.slice(count);
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
    this.#sorted ??= [...this.#values].sort((a, b) => a - b);
    const rank = Math.max(1, Math.ceil(share * this.#sorted.length));
    return this.#sorted[rank - 1] ?? Number.NaN;
  }
}
