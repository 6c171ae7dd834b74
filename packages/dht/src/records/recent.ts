/** Values remembered for a time under a name: at most so many, the oldest go first. */
export class Recent<Value> {
  readonly #life: number;
  readonly #capacity: number;
  /** In order of their making. */
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(life: number, capacity: number) {
    this.#life = life;
    this.#capacity = capacity;
  }

  get(name: string, now: number): Value | undefined {
    const entry = this.#entries.get(name);
    return entry !== undefined && now - entry.at < this.#life ? entry.value : undefined;
  }

  set(name: string, value: Value, now: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, at: now });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#capacity && now - entry.at < this.#life) return;
      this.#entries.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}
