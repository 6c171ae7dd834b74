import { type Manifest, manifestHash, type PieceHash } from "@starling/protocol";
import { DEFAULT_LIMITS, type MadePiece } from "@starling/swarm";
import type { EncryptedPiece } from "./piece-crypto.ts";

/** Bytes of files; what is more would have to be read from the store anyway. */
const MOST = DEFAULT_LIMITS.heldBytes;

/**
 * The pieces of a share while it is prepared, if it is small, so that they can be served without being read again and hashed:
 * 3 % of what 1 to 4 costs the machine (docs/decisions/0021-last-blocks-and-fresh-pieces.md).
 */
export class FreshPieces {
  readonly #pieces: Map<PieceHash, Uint8Array> | null;

  /** @param bytes of all files of the share. */
  constructor(bytes: number) {
    this.#pieces = bytes <= MOST ? new Map() : null;
  }

  add({ hash, bytes }: EncryptedPiece): void {
    this.#pieces?.set(hash, bytes);
  }

  /** By their places in the share's manifest. */
  placed(manifest: Manifest): MadePiece[] {
    if (!this.#pieces) return [];
    const made: MadePiece[] = [];
    for (let piece = 0; piece < manifest.pieceCount; piece++) {
      const bytes = this.#pieces.get(manifestHash(manifest, piece));
      if (bytes) made.push({ piece, bytes });
    }
    return made;
  }
}
