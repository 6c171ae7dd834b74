/** A share's have-set as it is in the store, as far as we know. `stale`: the store has yet to hear of a withdrawal. */
interface HaveSet {
  readonly pieceCount: number;
  bits: Uint8Array;
  stale: boolean;
}

/** The have-sets of registered shares, and what a batch changes in them. */
export class HaveSets {
  readonly #haves = new Map<string, HaveSet>();

  /** Whether the store has yet to hear of a withdrawal. */
  get stale(): boolean {
    return [...this.#haves.values()].some((have) => have.stale);
  }

  has(shareId: string): boolean {
    return this.#haves.has(shareId);
  }

  /** Whether the share is registered, and these are indices of its pieces. */
  fits(shareId: string, pieces: readonly number[]): boolean {
    const have = this.#haves.get(shareId);
    if (!have) return false;
    return pieces.every((index) => Number.isInteger(index) && index >= 0 && index < have.pieceCount);
  }

  /** @throws RangeError if the set has not the length of so many pieces. */
  register(shareId: string, pieceCount: number, have: Uint8Array | null): void {
    const length = Math.ceil(pieceCount / 8);
    if (have !== null && have.length !== length) {
      throw new RangeError(`The have-set of ${pieceCount} pieces has ${length} bytes, not ${have.length}.`);
    }
    this.#haves.set(shareId, { pieceCount, bits: have?.slice() ?? new Uint8Array(length), stale: false });
  }

  delete(shareId: string): void {
    this.#haves.delete(shareId);
  }

  /** These pieces of a registered share were written. */
  add(shareId: string, pieces: readonly number[]): void {
    const have = this.#haves.get(shareId);
    if (have) have.bits = withBits(have.bits, pieces, true);
  }

  withdraw(shareId: string, pieces: readonly number[]): void {
    const have = this.#haves.get(shareId);
    if (!have) return;
    have.bits = withBits(have.bits, pieces, false);
    have.stale = true;
  }

  /** The have-sets that a batch with these pieces, by share, changes, the pieces included. It carries withdrawals as well. */
  changedBy(pieces: ReadonlyMap<string, readonly number[]>): Map<string, Uint8Array> {
    const changed = new Map<string, Uint8Array>();
    for (const [shareId, have] of this.#haves) {
      const added = pieces.get(shareId);
      if (added || have.stale) changed.set(shareId, withBits(have.bits, added ?? [], true));
      have.stale = false;
    }
    return changed;
  }
}

/** A copy with these bits set or cleared, most significant bit first. */
function withBits(bits: Uint8Array, pieces: readonly number[], value: boolean): Uint8Array {
  const copy = bits.slice();
  for (const piece of pieces) {
    const mask = 0x80 >> (piece & 7);
    const byte = copy[piece >> 3] ?? 0;
    copy[piece >> 3] = value ? byte | mask : byte & ~mask;
  }
  return copy;
}
