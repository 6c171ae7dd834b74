import { concat, idBytes, type NodeId, type PieceHash, pieceHashOf } from "@starling/protocol";
import type { IdentitySlot, ShareRecord, StoredPiece } from "../src/index.ts";

/** A piece of `length` bytes that differs for each seed. */
export function piece(seed: number, length = 1000): StoredPiece {
  const bytes = Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7 + (i >> 8) * 13) & 0xff);
  if (length >= 4) new DataView(bytes.buffer).setUint32(0, seed);
  return { hash: pieceHashOf(bytes), bytes };
}

/** Three pieces of 1000 bytes and one of 70,000. */
export const [a, b, c, d] = [piece(1), piece(2), piece(3), piece(4, 70_000)];

/** Zeros under a made-up address, for tests in which nobody hashes them. */
export function unhashed(index: number, length: number): StoredPiece {
  return { hash: index.toString(16).padStart(64, "0") as PieceHash, bytes: new Uint8Array(length) };
}

export function record<Data>(id: string, pieces: readonly { hash: PieceHash }[] | null, data: Data): ShareRecord<Data> {
  return { id, hashes: pieces && concat(...pieces.map(({ hash }) => idBytes(hash))), data };
}

export function slot(number: number): IdentitySlot {
  return {
    slot: number,
    seed: new Uint8Array(32).fill(number + 1),
    publicKey: new Uint8Array(32).fill(number + 2),
    nodeId: `${number}`.repeat(64) as NodeId,
    lastUsed: 1_700_000_000_000 + number,
  };
}
