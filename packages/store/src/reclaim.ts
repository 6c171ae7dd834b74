import type { PieceHash } from "@starling/protocol";
import type { IDBPTransaction } from "idb";
import type { PieceRow, Tables } from "./schema.ts";

/** Rows read at once. */
const PAGE = 16_384;

type Reclaiming = IDBPTransaction<Tables, ("pieces" | "segments" | "shares" | "haves")[], "readwrite">;

/**
 * Deletes the doomed rows, then every segment that no row points into any more. Reads all rows, in pages, and deletes
 * neighbours as one range, so that 65,536 pieces take about as long as one: their addresses are spread evenly, and what
 * stays between them decides the number of ranges.
 */
export async function reclaim(tx: Reclaiming, doomed: (hash: PieceHash) => boolean): Promise<void> {
  const pieces = tx.objectStore("pieces");
  const live = new Set<number>();
  const deletions: Promise<void>[] = [];
  let rows: PieceRow[] = [];
  do {
    const last = rows.at(-1);
    rows = await pieces.getAll(last && IDBKeyRange.lowerBound(last.hash, true), PAGE);
    for (const { first, last } of runs(rows, doomed)) deletions.push(pieces.delete(IDBKeyRange.bound(first, last)));
    for (const row of rows) if (!doomed(row.hash)) live.add(row.segment);
  } while (rows.length === PAGE);
  const segments = tx.objectStore("segments");
  for (const key of await segments.getAllKeys()) if (!live.has(key)) deletions.push(segments.delete(key));
  await Promise.all(deletions);
}

interface Run {
  readonly first: PieceHash;
  readonly last: PieceHash;
}

/** Longest runs of neighbouring doomed rows; `rows` are in key order. */
function runs(rows: readonly Pick<PieceRow, "hash">[], doomed: (hash: PieceHash) => boolean): Run[] {
  const found: Run[] = [];
  let first: PieceHash | null = null;
  let last: PieceHash | null = null;
  for (const { hash } of rows) {
    if (doomed(hash)) {
      first ??= hash;
      last = hash;
      continue;
    }
    if (first !== null && last !== null) found.push({ first, last });
    first = null;
    last = null;
  }
  if (first !== null && last !== null) found.push({ first, last });
  return found;
}
