import { ID_BYTES, type Manifest, manifestHash } from "@starling/protocol";

/** What the manifest says, prepared for look-up. */
export class PieceTable {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** For pieces whose address occurs before: the first index with it. */
  readonly #first = new Map<number, number>();
  readonly #twins = new Map<number, number[]>();

  constructor(manifest: Manifest, bytes: Uint8Array) {
    this.manifest = manifest;
    this.bytes = bytes;
    this.count = manifest.pieceCount;
    // Addresses are told apart by 48 bits; only where those agree, by all of them.
    const byPrefix = new Map<number, number>();
    const byHash = new Map<string, number>();
    for (let piece = 0; piece < this.count; piece++) {
      const prefix = prefixOf(manifest.hashes, piece);
      const first = byPrefix.get(prefix);
      if (first === undefined) byPrefix.set(prefix, piece);
      else if (sameHash(manifest.hashes, first, piece)) this.#addTwin(first, piece);
      else this.#addByHash(byHash, piece);
    }
  }

  length(piece: number): number {
    return this.manifest.lengths[piece] ?? 0;
  }

  /** The lowest index with this piece's address: only that one is fetched, stored and loaded. */
  canonical(piece: number): number {
    return this.#first.get(piece) ?? piece;
  }

  /** All indexes with the address of a canonical piece, itself included. */
  sameAs(canonical: number): readonly number[] {
    return this.#twins.get(canonical) ?? [canonical];
  }

  #addByHash(byHash: Map<string, number>, piece: number): void {
    const hash = manifestHash(this.manifest, piece);
    const first = byHash.get(hash);
    if (first === undefined) byHash.set(hash, piece);
    else this.#addTwin(first, piece);
  }

  #addTwin(first: number, piece: number): void {
    this.#first.set(piece, first);
    const twins = this.#twins.get(first);
    if (twins === undefined) this.#twins.set(first, [first, piece]);
    else twins.push(piece);
  }
}

function prefixOf(hashes: Uint8Array, piece: number): number {
  let prefix = 0;
  for (let at = piece * ID_BYTES; at < piece * ID_BYTES + 6; at++) prefix = prefix * 256 + (hashes[at] ?? 0);
  return prefix;
}

function sameHash(hashes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (hashes[a * ID_BYTES + i] !== hashes[b * ID_BYTES + i]) return false;
  return true;
}
