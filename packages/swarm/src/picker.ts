import { clearBit, getBit, makeBitfield, setBit } from "@starling/protocol";

/** Pieces looked at in order of rarity before the bits of peer and pieces are compared instead. */
const PROBES = 128;
/** Pieces that the comparison of bits collects before it takes the rarest. */
const COLLECTED = 16;

/**
 * Which piece to begin next. Pieces that may be begun are kept sorted by availability (how many linked peers have them)
 * in one array with bucket bounds, so that a `have` is one swap (as libtorrent's piece_picker). Ties are random.
 *
 * Invariants: `order[position[p]] === p` for every piece in it; bucket a is `order[start[a] .. start[a + 1])`, the last
 * bucket ends at `size`; `pickable` holds exactly the pieces in `order`.
 */
export class Picker {
  /** Peers that have a piece, without those counted in `seeds`. */
  readonly availability: Uint16Array;
  /** Peers that have everything: they do not change the order, so they need not touch every piece. */
  seeds = 0;
  readonly #order: Int32Array;
  readonly #position: Int32Array;
  readonly #start: number[] = [0];
  readonly #pickable: Uint8Array;
  /** Pieces below this index come first, lowest index first. */
  readonly #first: number;
  #firstLeft = 0;
  #size = 0;
  readonly #random: () => number;
  /** Pieces in a row that one peer is asked for. */
  readonly #extent: number;

  /**
   * @param first number of leading pieces (the catalog) that go before all others.
   * @param extent pieces in a run; 1 for none.
   */
  constructor(pieces: number, first: number, random: () => number, extent = 1) {
    this.availability = new Uint16Array(pieces);
    this.#order = new Int32Array(pieces);
    this.#position = new Int32Array(pieces).fill(-1);
    this.#pickable = makeBitfield(pieces);
    this.#first = first;
    this.#random = random;
    this.#extent = extent;
  }

  /** Pieces that may be begun. */
  get size(): number {
    return this.#size;
  }

  has(piece: number): boolean {
    return this.#at(piece) >= 0;
  }

  /** One more peer has the piece. */
  raise(piece: number): void {
    const a = this.#available(piece);
    this.availability[piece] = a + 1;
    while (this.#start.length < a + 2) this.#start.push(this.#size);
    if (!this.has(piece)) return;
    const boundary = this.#bound(a + 1) - 1;
    this.#swap(this.#at(piece), boundary);
    this.#start[a + 1] = boundary;
  }

  /** One peer less has the piece. */
  lower(piece: number): void {
    const a = this.#available(piece);
    if (a === 0) return;
    this.availability[piece] = a - 1;
    if (!this.has(piece)) return;
    const boundary = this.#bound(a);
    this.#swap(this.#at(piece), boundary);
    this.#start[a] = boundary + 1;
  }

  /** The piece may be begun. */
  insert(piece: number): void {
    if (this.has(piece)) return;
    this.#put(piece, this.#size++);
    setBit(this.#pickable, piece);
    if (piece < this.#first) this.#firstLeft++;
    for (let a = this.#start.length - 1; a > this.#available(piece); a--) {
      const boundary = this.#bound(a);
      this.#swap(this.#at(piece), boundary);
      this.#start[a] = boundary + 1;
    }
  }

  /** The piece was begun, or is wanted no longer. */
  remove(piece: number): void {
    if (!this.has(piece)) return;
    for (let a = this.#available(piece) + 1; a < this.#start.length; a++) {
      const boundary = this.#bound(a) - 1;
      this.#swap(this.#at(piece), boundary);
      this.#start[a] = boundary;
    }
    this.#swap(this.#at(piece), this.#size - 1);
    this.#size--;
    this.#position[piece] = -1;
    clearBit(this.#pickable, piece);
    if (piece < this.#first) this.#firstLeft--;
  }

  /**
   * The next piece to begin among those that a peer has; -1 if none. `anyRarity`: at random instead of rarest first.
   * `after`: the piece begun last with this peer; the one behind it goes first while none is rarer, round its extent,
   * so that the peer reads its disk in runs (as libtorrent's piece_extent_affinity). Behind the catalog each begins elsewhere.
   */
  pick(bits: Uint8Array, anyRarity: boolean, isSeed = false, after = -1): number {
    if (this.#size === 0) return -1;
    const first = this.#firstLeft > 0 ? this.#pickFirst(bits) : -1;
    if (first >= 0) return first;
    const probed = anyRarity ? this.#probe(bits, 0, this.#size, PROBES) : this.#probeByRarity(bits, isSeed ? 0 : 1);
    const rarest = probed >= 0 || this.#size <= PROBES ? probed : this.#compare(bits);
    if (rarest < 0 || after < this.#first) return rarest;
    const next = this.#neighbour(after);
    return this.#continues(next, bits, anyRarity ? -1 : rarest) ? next : rarest;
  }

  /** The piece behind this one; behind the last of its extent comes the first. */
  #neighbour(after: number): number {
    const next = after + 1;
    const ends = next === this.availability.length || (next - this.#first) % this.#extent === 0;
    if (!ends) return next;
    return after - ((after - this.#first) % this.#extent);
  }

  /** Whether this piece may be begun with this peer and is as rare as `rarest` (any piece: -1). */
  #continues(next: number, bits: Uint8Array, rarest: number): boolean {
    if (!this.has(next) || !getBit(bits, next)) return false;
    return rarest < 0 || this.#available(next) <= this.#available(rarest);
  }

  #pickFirst(bits: Uint8Array): number {
    for (let piece = 0; piece < this.#first; piece += 8) {
      const byte = (bits[piece >> 3] ?? 0) & (this.#pickable[piece >> 3] ?? 0);
      if (byte !== 0) {
        const found = piece + Math.clz32(byte) - 24;
        return found < this.#first ? found : -1;
      }
    }
    return -1;
  }

  #probeByRarity(bits: Uint8Array, least: number): number {
    let budget = PROBES;
    for (let a = least; a < this.#start.length && budget > 0; a++) {
      const from = this.#bound(a);
      const to = this.#bound(a + 1);
      if (from === to) continue;
      const found = this.#probe(bits, from, to, budget);
      if (found >= 0) return found;
      budget -= to - from;
    }
    return -1;
  }

  /** Looks from a random place in `order[from .. to)` on, going round. */
  #probe(bits: Uint8Array, from: number, to: number, budget: number): number {
    const length = to - from;
    const offset = Math.floor(this.#random() * length);
    for (let i = 0; i < length && i < budget; i++) {
      const piece = this.#order[from + ((offset + i) % length)] ?? -1;
      if (getBit(bits, piece)) return piece;
    }
    return -1;
  }

  /** For a peer that has few of our pieces: collects some common bits from a random place on and takes the rarest. */
  #compare(bits: Uint8Array): number {
    const length = this.#pickable.length;
    const offset = Math.floor(this.#random() * length);
    let best = -1;
    let found = 0;
    for (let i = 0; i < length && found < COLLECTED; i++) {
      const at = (offset + i) % length;
      let byte = (bits[at] ?? 0) & (this.#pickable[at] ?? 0);
      for (; byte !== 0; found++) {
        const bit = Math.clz32(byte) - 24;
        byte &= ~(0x80 >> bit);
        const piece = at * 8 + bit;
        if (best < 0 || this.#available(piece) < this.#available(best)) best = piece;
      }
    }
    return best;
  }

  #available(piece: number): number {
    return this.availability[piece] ?? 0;
  }

  #at(piece: number): number {
    return this.#position[piece] ?? -1;
  }

  #bound(bucket: number): number {
    return this.#start[bucket] ?? this.#size;
  }

  #put(piece: number, at: number): void {
    this.#order[at] = piece;
    this.#position[piece] = at;
  }

  #swap(i: number, j: number): void {
    if (i === j) return;
    const a = this.#order[i] ?? 0;
    const b = this.#order[j] ?? 0;
    this.#put(b, i);
    this.#put(a, j);
  }
}
