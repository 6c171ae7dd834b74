import type { PieceHash } from "@starling/protocol";
import type { Connection } from "./connection.ts";
import { type Database, isPieceRow } from "./schema.ts";
import { segmentBlob } from "./segment.ts";
import type { Span } from "./segment-reader.ts";

/** A piece's row as it is in the database, and where its bytes are; null: the row is malformed or its segment lost. */
export interface Located {
  readonly row: unknown;
  readonly span: Span | null;
}

interface Question {
  readonly hash: PieceHash;
  readonly answer: (located: Located | null) => void;
  readonly fail: (error: unknown) => void;
}

/** Blob handles kept; each pins its file on the disk, even when the segment is removed by another tab. */
const MAX_HANDLES = 16;

/**
 * Looks up rows, all that are asked for meanwhile in one transaction. A row is read anew each time, so that a removal by
 * another tab shows; segment keys are never used twice within a database, so Blobs may be kept.
 */
export class PieceLocator {
  readonly #connection: Connection;
  readonly #blobs = new Map<number, Blob>();
  #db: Database | null = null;
  #questions: Question[] = [];
  #asking = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Null: there is no such row. Rejects when the database does not answer. */
  locate(hash: PieceHash): Promise<Located | null> {
    return new Promise((answer, fail) => {
      this.#questions.push({ hash, answer, fail });
      if (!this.#asking) void this.#ask();
    });
  }

  /** Forgets the Blob of this segment. */
  forget(segment: number): void {
    this.#blobs.delete(segment);
  }

  clear(): void {
    this.#blobs.clear();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    await null;
    while (this.#questions.length > 0) {
      const questions = this.#questions;
      this.#questions = [];
      try {
        const hashes = questions.map(({ hash }) => hash);
        const found = await this.#connection.run((db) => this.#locateAll(db, hashes));
        for (const [i, { answer }] of questions.entries()) answer(found[i] ?? null);
      } catch (error) {
        for (const { fail } of questions) fail(error);
      }
    }
    this.#asking = false;
  }

  async #locateAll(db: Database, hashes: readonly PieceHash[]): Promise<readonly (Located | null)[]> {
    if (this.#db !== db) this.#blobs.clear();
    this.#db = db;
    const found = await locate(db, hashes, this.#blobs);
    for (const located of found) if (located?.span) this.#keep(located.span);
    return found;
  }

  #keep({ segment, blob }: Span): void {
    this.#blobs.delete(segment);
    this.#blobs.set(segment, blob);
    for (const oldest of this.#blobs.keys()) {
      if (this.#blobs.size <= MAX_HANDLES) break;
      this.#blobs.delete(oldest);
    }
  }
}

/** Looks these up in one transaction, and the Blobs of their segments unless they are `kept`. */
export async function locate(
  db: Database,
  hashes: readonly PieceHash[],
  kept: ReadonlyMap<number, Blob> = new Map(),
): Promise<readonly (Located | null)[]> {
  const tx = db.transaction(["pieces", "segments"]);
  // Whatever ends it fails its requests too.
  tx.done.catch(() => undefined);
  const pieces = tx.objectStore("pieces");
  const segments = tx.objectStore("segments");
  const rows: unknown[] = await Promise.all(hashes.map((hash) => pieces.get(hash)));
  const keys = [...new Set(rows.flatMap((row) => (isPieceRow(row) ? [row.segment] : [])))];
  const blobs = await Promise.all(
    keys.map(async (key) => [key, kept.get(key) ?? segmentBlob(await segments.get(key))] as const),
  );
  const blobOf = new Map(blobs);
  return rows.map((row) => (row === undefined ? null : { row, span: spanOf(row, blobOf) }));
}

function spanOf(row: unknown, blobOf: ReadonlyMap<number, Blob | null>): Span | null {
  if (!isPieceRow(row)) return null;
  const { segment, offset, length } = row;
  const blob = blobOf.get(segment);
  return blob && offset + length <= blob.size ? { segment, blob, offset, length } : null;
}
