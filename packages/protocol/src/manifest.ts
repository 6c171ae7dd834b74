import { KEY_BYTES, SALT_BYTES } from "./content-keys.ts";
import { DecodeError } from "./errors.ts";
import { type PieceHash, pieceHashFromBytes } from "./ids.ts";
import {
  GCM_TAG_BYTES,
  ID_BYTES,
  MAX_CATALOG_PIECES,
  MAX_MANIFEST_BYTES,
  MAX_PIECE_SIZE,
  MAX_PIECES,
  PROTOCOL_VERSION,
} from "./limits.ts";

/**
 * The public face of a share: the addresses and lengths of its pieces, catalog pieces first, and nothing of their
 * content. `salt` (16 bytes) and `commitment` (32) are those of content-keys.ts. Piece `i` has its address, the SHA-256
 * of its ciphertext, at byte `32 * i` of `hashes`, and its ciphertext's length in `lengths[i]`.
 */
export interface Manifest {
  readonly hasPassword: boolean;
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
  readonly catalogPieces: number;
  readonly pieceCount: number;
  readonly hashes: Uint8Array;
  readonly lengths: Uint32Array;
}

/** "STLG" in ASCII. */
const MAGIC = 0x53544c47;
const PASSWORD_FLAG = 1;
const AT = { magic: 0, version: 4, flags: 5, salt: 6, commitment: 22, catalogPieces: 54, pieceCount: 58 } as const;
const HEADER_BYTES = 62;
const ENTRY_BYTES = ID_BYTES + 4;

/** @throws RangeError on a manifest that {@link decodeManifest} would refuse: a mistake of the caller. */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const { salt, commitment, catalogPieces, pieceCount, hashes, lengths } = manifest;
  if (salt.length !== SALT_BYTES || commitment.length !== KEY_BYTES) throw new RangeError("bad salt or commitment");
  if (hashes.length !== pieceCount * ID_BYTES || lengths.length !== pieceCount) throw new RangeError("bad piece count");
  const problem = manifestProblem(manifest);
  if (problem !== null) throw new RangeError(problem);

  const bytes = new Uint8Array(HEADER_BYTES + pieceCount * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC);
  view.setUint8(AT.version, PROTOCOL_VERSION);
  view.setUint8(AT.flags, manifest.hasPassword ? PASSWORD_FLAG : 0);
  bytes.set(salt, AT.salt);
  bytes.set(commitment, AT.commitment);
  view.setUint32(AT.catalogPieces, catalogPieces);
  view.setUint32(AT.pieceCount, pieceCount);
  for (let piece = 0, at = HEADER_BYTES; piece < pieceCount; piece++, at += ENTRY_BYTES) {
    bytes.set(hashes.subarray(piece * ID_BYTES, (piece + 1) * ID_BYTES), at);
    view.setUint32(at + ID_BYTES, lengths[piece] ?? 0);
  }
  return bytes;
}

/**
 * Reads the whole manifest, whose hash the caller has compared with the root. The result holds copies.
 * @throws DecodeError `bad-version` for one of a later version, else `bad-manifest`
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_MANIFEST_BYTES) throw bad("its length is impossible");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(AT.magic) !== MAGIC) throw bad("it does not begin with STLG");
  if (view.getUint8(AT.version) !== PROTOCOL_VERSION)
    throw new DecodeError("bad-version", "manifest of another version");
  const flags = view.getUint8(AT.flags);
  if ((flags & ~PASSWORD_FLAG) !== 0) throw bad("it has unknown flags");
  const pieceCount = view.getUint32(AT.pieceCount);
  if (bytes.length !== HEADER_BYTES + pieceCount * ENTRY_BYTES) throw bad("its length and piece count differ");
  const manifest = {
    hasPassword: flags === PASSWORD_FLAG,
    salt: bytes.slice(AT.salt, AT.commitment),
    commitment: bytes.slice(AT.commitment, AT.catalogPieces),
    catalogPieces: view.getUint32(AT.catalogPieces),
    pieceCount,
    ...readEntries(bytes, view, pieceCount),
  };
  const problem = manifestProblem(manifest);
  if (problem !== null) throw bad(problem);
  return manifest;
}

/** Address of a piece. @throws RangeError when there is no such piece */
export function manifestHash(manifest: Manifest, piece: number): PieceHash {
  if (!Number.isInteger(piece) || piece < 0 || piece >= manifest.pieceCount) throw new RangeError("no such piece");
  return pieceHashFromBytes(manifest.hashes.subarray(piece * ID_BYTES, (piece + 1) * ID_BYTES));
}

/** Bytes of all pieces, catalog included: below 2^38, as counts and lengths are bounded. */
export function manifestSize(manifest: Manifest): number {
  return manifest.lengths.reduce((sum, length) => sum + length, 0);
}

function readEntries(bytes: Uint8Array, view: DataView, pieceCount: number): Pick<Manifest, "hashes" | "lengths"> {
  const hashes = new Uint8Array(pieceCount * ID_BYTES);
  const lengths = new Uint32Array(pieceCount);
  for (let piece = 0, at = HEADER_BYTES; piece < pieceCount; piece++, at += ENTRY_BYTES) {
    hashes.set(bytes.subarray(at, at + ID_BYTES), piece * ID_BYTES);
    lengths[piece] = view.getUint32(at + ID_BYTES);
  }
  return { hashes, lengths };
}

function manifestProblem(manifest: Manifest): string | null {
  const { catalogPieces, pieceCount, lengths } = manifest;
  if (pieceCount > MAX_PIECES) return "it has too many pieces";
  if (catalogPieces < 1 || catalogPieces > Math.min(pieceCount, MAX_CATALOG_PIECES)) return "its catalog is impossible";
  if (!lengths.every((length) => length > GCM_TAG_BYTES && length <= MAX_PIECE_SIZE))
    return "a piece's length is impossible";
  return sameAddressSameLength(manifest) ? null : "one address has two lengths";
}

/**
 * Equal content gives equal addresses, so they may repeat, but never with another length: who keeps pieces by address
 * relies on it. Strings as keys, as the engine seeds their hashes: crafted addresses cannot collide.
 */
function sameAddressSameLength({ hashes, lengths, pieceCount }: Manifest): boolean {
  const known = new Map<string, number>();
  for (let piece = 0; piece < pieceCount; piece++) {
    const address = String.fromCharCode(...hashes.subarray(piece * ID_BYTES, (piece + 1) * ID_BYTES));
    const length = lengths[piece] ?? 0;
    if ((known.get(address) ?? length) !== length) return false;
    known.set(address, length);
  }
  return true;
}

function bad(why: string): DecodeError {
  return new DecodeError("bad-manifest", `the manifest cannot be read: ${why}`);
}
