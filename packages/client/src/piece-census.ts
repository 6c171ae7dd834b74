import { type Manifest, makeBitfield, manifestHash, setBit } from "@starling/protocol";
import type { PieceStore } from "@starling/store";

/** The pieces of a manifest that are stored, as a have-set: what is here counts, not what a record claims. */
export async function presentPieces(store: PieceStore, manifest: Manifest): Promise<Uint8Array> {
  const hashes = Array.from({ length: manifest.pieceCount }, (_, piece) => manifestHash(manifest, piece));
  const bits = makeBitfield(manifest.pieceCount);
  for (const [piece, present] of (await store.present(hashes)).entries()) if (present) setBit(bits, piece);
  return bits;
}

/** Of a share whose content is made from the user's files: what is stored, and all content. */
export async function servedPieces(store: PieceStore, manifest: Manifest): Promise<Uint8Array> {
  const bits = await presentPieces(store, manifest);
  for (let piece = manifest.catalogPieces; piece < manifest.pieceCount; piece++) setBit(bits, piece);
  return bits;
}
