import type { OverlayKey } from "@starling/protocol";
import type { SignedNumber } from "../effects.ts";

/** Keys whose numbers are remembered, those signed under last: a node has far fewer records of its own. */
export const MAX_SIGNED_NUMBERS = 1_024;

/**
 * The highest number that this node signed under each key, stored or not: to sign one twice would be equivocation. They
 * outlive the page, as a put that too few holders took may be all that knows of a number.
 */
export class SignedNumbers {
  readonly #save: (numbers: readonly SignedNumber[]) => void;
  /** The key signed under last comes last. */
  readonly #numbers = new Map<OverlayKey, number>();

  /** @param save told of every number before it is signed. */
  constructor(save: (numbers: readonly SignedNumber[]) => void) {
    this.#save = save;
  }

  /** Of an earlier visit. */
  restore(numbers: readonly SignedNumber[]): void {
    for (const { key, seq } of numbers.slice(-MAX_SIGNED_NUMBERS)) {
      this.#numbers.set(key, Math.max(seq, this.#numbers.get(key) ?? 0));
    }
  }

  /** A number that is higher than any signed under the key, and than the one that stands; it counts as signed from now on. */
  next(key: OverlayKey, standing: number): number {
    const seq = Math.max(standing, this.#numbers.get(key) ?? 0) + 1;
    this.#numbers.delete(key);
    this.#numbers.set(key, seq);
    const [oldest] = this.#numbers.keys();
    if (this.#numbers.size > MAX_SIGNED_NUMBERS && oldest !== undefined) this.#numbers.delete(oldest);
    this.#save([...this.#numbers].map(([each, signed]) => ({ key: each, seq: signed })));
    return seq;
  }
}
