import {
  encodeManifest,
  idBytes,
  type NodeId,
  nodeIdFromBytes,
  pieceHashOf,
  type Root,
  rootOf,
} from "@starling/protocol";
import { Random } from "@starling/sim";

/** A share made of random pieces; equal numbers in `same` give equal pieces. */
export interface DrawnShare {
  readonly root: Root;
  readonly manifest: Uint8Array;
  readonly pieces: readonly Uint8Array[];
  readonly hashes: readonly string[];
  readonly bytes: number;
}

export interface DrawnShareOptions {
  readonly lengths: readonly number[];
  readonly catalogPieces?: number;
  readonly seed?: number;
  /** Piece i is a copy of piece `same[i]`. */
  readonly same?: Readonly<Record<number, number>>;
  readonly hasPassword?: boolean;
}

export function drawShare({
  lengths,
  catalogPieces = 1,
  seed = 1,
  same = {},
  hasPassword = false,
}: DrawnShareOptions): DrawnShare {
  const random = new Random(seed);
  const pieces: Uint8Array[] = [];
  for (const [i, length] of lengths.entries()) {
    const of = same[i];
    pieces.push(of === undefined ? random.bytes(length) : pieces[of]!);
  }
  const hashes = pieces.map((bytes) => pieceHashOf(bytes));
  const packed = new Uint8Array(pieces.length * 32);
  hashes.forEach((hash, i) => {
    packed.set(idBytes(hash), i * 32);
  });
  const manifest = encodeManifest({
    hasPassword,
    salt: random.bytes(16),
    commitment: random.bytes(32),
    catalogPieces,
    pieceCount: pieces.length,
    hashes: packed,
    lengths: Uint32Array.from(pieces.map((piece) => piece.length)),
  });
  return { root: rootOf(manifest), manifest, pieces, hashes, bytes: pieces.reduce((sum, p) => sum + p.length, 0) };
}

export function sizes(count: number, length: number): number[] {
  return new Array<number>(count).fill(length);
}

/** A node id from a number. */
export function node(number: number): NodeId {
  return nodeIdFromBytes(new Random(1000 + number).bytes(32));
}

/** A bitfield with the first `count` bits set. */
export function allBits(count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) bits[i >> 3]! |= 0x80 >> (i & 7);
  return bits;
}
