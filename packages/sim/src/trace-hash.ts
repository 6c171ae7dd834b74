/** A 32-bit FNV-1a hash over what happened in a run: equal seeds must give equal traces. */
export class TraceHash {
  #hash = 0x811c9dc5;
  #count = 0;

  number(value: number): void {
    const scaled = Math.round(value * 1000);
    this.#mix(scaled | 0);
    this.#mix(Math.floor(scaled / 4294967296));
    this.#count++;
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.#mix(value.charCodeAt(i));
    this.#count++;
  }

  /** Hash and number of entries. */
  digest(): string {
    return `${(this.#hash >>> 0).toString(16).padStart(8, "0")}-${this.#count}`;
  }

  #mix(word: number): void {
    this.#hash = Math.imul(this.#hash ^ word, 0x01000193);
  }
}
