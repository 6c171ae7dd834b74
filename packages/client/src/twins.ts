import type { Manifest } from "@starling/protocol";

/** The manifest indexes that share one address: pieces of equal content are fetched and stored once. */
export class Twins {
  readonly #groups = new Map<number, readonly number[]>();

  constructor(manifest: Manifest) {
    const byAddress = new Map<string, number[]>();
    for (let piece = 0; piece < manifest.pieceCount; piece++) {
      const address = addressKey(manifest.hashes, piece);
      const group = byAddress.get(address);
      if (group) group.push(piece);
      else byAddress.set(address, [piece]);
    }
    for (const group of byAddress.values())
      if (group.length > 1) for (const piece of group) this.#groups.set(piece, group);
  }

  /** All indexes with this piece's address, itself included. */
  of(piece: number): readonly number[] {
    return this.#groups.get(piece) ?? [piece];
  }
}

/** A short key: one UTF-16 unit for two bytes. */
function addressKey(hashes: Uint8Array, piece: number): string {
  const units = new Uint16Array(hashes.slice(piece * 32, piece * 32 + 32).buffer);
  return String.fromCharCode(...units);
}
