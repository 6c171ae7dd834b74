import { encodeManifest, type Root, rootOf } from "@starling/protocol";
import { Random } from "@starling/sim";

/** A share whose pieces are all zeros though their addresses differ: for worlds where nobody hashes. */
export interface BlankShare {
  readonly root: Root;
  readonly manifest: Uint8Array;
  readonly count: number;
  readonly bytes: number;
  /** The bytes of every piece. */
  readonly blank: Uint8Array;
}

const CATALOG_BYTES = 600;

/** @param length of every piece but the first, the catalog. */
export function blankShare(count: number, length: number, seed = 1): BlankShare {
  const random = new Random(seed);
  const lengths = new Uint32Array(count).fill(length);
  // The catalog of a few files.
  lengths[0] = CATALOG_BYTES;
  const manifest = encodeManifest({
    hasPassword: false,
    salt: random.bytes(16),
    commitment: random.bytes(32),
    catalogPieces: 1,
    pieceCount: count,
    hashes: random.bytes(count * 32),
    lengths,
  });
  const bytes = CATALOG_BYTES + (count - 1) * length;
  return { root: rootOf(manifest), manifest, count, bytes, blank: new Uint8Array(length) };
}
