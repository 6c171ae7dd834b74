import { DecodeError } from "./errors.ts";
import { MAX_PIECE_RANGES } from "./limits.ts";
import type { PieceRange, PieceSet } from "./swarm-messages.ts";

// A bitfield holds a bit for each of n pieces, most significant bit of the first byte first; spare bits are zero.

/** All zero, for n pieces. */
export function makeBitfield(n: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Math.ceil(n / 8));
}

/** False beyond the end. */
export function getBit(bits: Uint8Array, piece: number): boolean {
  return ((bits[piece >> 3] ?? 0) & mask(piece)) !== 0;
}

export function setBit(bits: Uint8Array, piece: number): void {
  bits[piece >> 3] = (bits[piece >> 3] ?? 0) | mask(piece);
}

export function clearBit(bits: Uint8Array, piece: number): void {
  bits[piece >> 3] = (bits[piece >> 3] ?? 0) & ~mask(piece);
}

export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) {
    // Kernighan: each step clears the lowest bit that is set.
    for (; byte !== 0; byte &= byte - 1) count++;
  }
  return count;
}

/** The runs of set bits among the first n, in order. */
export function* pieceRuns(bits: Uint8Array, n: number): Generator<PieceRange> {
  let first = -1;
  for (let piece = 0; piece < n; piece++) {
    if (getBit(bits, piece)) {
      if (first < 0) first = piece;
    } else if (first >= 0) {
      yield [first, piece - first];
      first = -1;
    } else if ((piece & 7) === 0 && bits[piece >> 3] === 0) {
      piece += 7;
    }
  }
  if (first >= 0) yield [first, n - first];
}

/**
 * The set bits as sets that each fit a control frame: runs, or a slice of the bitfield if that is shorter. Empty if no
 * bit is set.
 */
export function pieceSets(bits: Uint8Array, n: number): PieceSet[] {
  const slice = trimmed(bits);
  if (slice === null) return [];
  const ranges = rangesWithin(bits, n, slice.bits.length);
  if (ranges === null) return [slice];
  const sets: PieceSet[] = [];
  for (let at = 0; at < ranges.length; at += MAX_PIECE_RANGES) {
    sets.push({ ranges: ranges.slice(at, at + MAX_PIECE_RANGES) });
  }
  return sets;
}

/**
 * Calls `visit` for each piece of a received set in ascending order, after all of it was checked.
 * @param n pieces in the share.
 * @throws DecodeError if the set reaches beyond n, has spare bits set, or ranges that are empty or not ascending.
 */
export function applyPieceSet(set: PieceSet, n: number, visit: (piece: number) => void): void {
  if ("ranges" in set) {
    checkRanges(set.ranges, n);
    for (const [first, count] of set.ranges) for (let piece = first; piece < first + count; piece++) visit(piece);
    return;
  }
  const { first, bits } = set;
  checkBits(first, bits, n);
  for (const [start, count] of pieceRuns(bits, bits.length * 8)) {
    for (let piece = first + start; piece < first + start + count; piece++) visit(piece);
  }
}

/** @throws DecodeError unless the ranges are non-empty, ascending, apart from one another and below n. */
export function checkRanges(ranges: readonly PieceRange[], n: number): void {
  let end = 0;
  for (const [first, count] of ranges) {
    if (first < end || count < 1 || first + count > n) throw new DecodeError("bad-piece-range");
    end = first + count;
  }
}

/** @throws DecodeError unless the slice lies within a bitfield of n pieces and its spare bits are zero. */
export function checkBits(first: number, bits: Uint8Array, n: number): void {
  const left = n - first;
  if (bits.length < 1 || bits.length > Math.ceil(left / 8)) throw new DecodeError("bad-bitfield-length");
  const used = left - (bits.length - 1) * 8;
  if (used < 8 && ((bits.at(-1) ?? 0) & (0xff >> used)) !== 0) throw new DecodeError("spare-bits-set");
}

function mask(piece: number): number {
  return 0x80 >> (piece & 7);
}

/** Without the zero bytes at either end; null if all are zero. */
function trimmed(bits: Uint8Array): { first: number; bits: Uint8Array } | null {
  const start = bits.findIndex((byte) => byte !== 0);
  if (start < 0) return null;
  const end = bits.findLastIndex((byte) => byte !== 0) + 1;
  return { first: start * 8, bits: bits.slice(start, end) };
}

/** The runs, or null if their CBOR is longer than `maxBytes`. */
function rangesWithin(bits: Uint8Array, n: number, maxBytes: number): PieceRange[] | null {
  // A slice also needs its own keys and lengths, some 12 bytes more than the list of runs does.
  let budget = maxBytes + 12;
  const ranges: PieceRange[] = [];
  for (const range of pieceRuns(bits, n)) {
    budget -= 1 + uintBytes(range[0]) + uintBytes(range[1]);
    if (budget < 0) return null;
    ranges.push(range);
  }
  return ranges;
}

/** Length of an unsigned integer below 2^32 in CBOR. */
function uintBytes(value: number): number {
  if (value < 24) return 1;
  if (value < 0x100) return 2;
  return value < 0x10000 ? 3 : 5;
}
