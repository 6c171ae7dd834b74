import { deriveContentKeys, getBit, type Manifest, manifestHash } from "@starling/protocol";
import type { PieceStore } from "@starling/store";
import type { Core } from "./core.ts";
import { openCatalog } from "./unlock.ts";

/** Whether all pieces of the catalog are among the verified ones. */
export function hasCatalog({ catalogPieces }: Manifest, have: Uint8Array | null): boolean {
  return have !== null && Array.from({ length: catalogPieces }).every((_, piece) => getBit(have, piece));
}

/**
 * The catalog as encoded, of its verified pieces: from memory those that are not written yet. A number is a piece that is
 * not there though it should be. Throws as {@link openCatalog}.
 */
export async function readCatalog(
  { store, writeBehind }: Pick<Core, "store" | "writeBehind">,
  manifest: Manifest,
  unlocked: Uint8Array,
): Promise<Uint8Array | number> {
  const pieces: Uint8Array[] = [];
  for (let piece = 0; piece < manifest.catalogPieces; piece++) {
    const waiting = writeBehind.waiting(manifestHash(manifest, piece));
    const bytes = waiting ?? (await storedPiece(store, manifest, piece));
    if (!bytes) return piece;
    pieces.push(bytes);
  }
  return openCatalog(manifest, deriveContentKeys(unlocked), pieces);
}

/** A piece's ciphertext; null if the store does not have it, or not as it should be. */
export async function storedPiece(store: PieceStore, manifest: Manifest, piece: number): Promise<Uint8Array | null> {
  const result = await store.read(manifestHash(manifest, piece));
  return result.ok ? result.bytes : null;
}
