import { ID_BYTES, type PieceHash, toHex } from "@starling/protocol";
import type { ShareRecord } from "./piece-store.ts";

/** The addresses that a record names, in piece order. */
export function hashesOf(record: Pick<ShareRecord, "hashes">): PieceHash[] {
  const hashes = record.hashes;
  if (!(hashes instanceof Uint8Array)) return [];
  const count = Math.floor(hashes.length / ID_BYTES);
  return Array.from(
    { length: count },
    (_, piece) => toHex(hashes.subarray(piece * ID_BYTES, (piece + 1) * ID_BYTES)) as PieceHash,
  );
}

/** Those of the candidates that no record names. */
export function unnamed(candidates: Iterable<PieceHash>, records: readonly ShareRecord[]): Set<PieceHash> {
  const left = new Set(candidates);
  for (const record of records) {
    for (const hash of hashesOf(record)) left.delete(hash);
  }
  return left;
}
