import type { PieceHash } from "@starling/protocol";
import type { DBSchema, IDBPDatabase } from "idb";
import type { IdentitySlot, ShareRecord } from "./piece-store.ts";
import type { Segment } from "./segment.ts";

/**
 * Where a piece's bytes are. Pieces of one batch share one Blob, a segment, because Chromium makes a file of every large
 * value, which costs more than the bytes of a small piece (docs/decisions/0002-piece-rows-in-indexeddb.md).
 */
export interface PieceRow {
  readonly hash: PieceHash;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

export interface Tables extends DBSchema {
  pieces: { key: PieceHash; value: PieceRow };
  /** Keys are numbered by the database and never used twice. */
  segments: { key: number; value: Segment };
  shares: { key: string; value: ShareRecord };
  haves: { key: string; value: Uint8Array };
  slots: { key: number; value: IdentitySlot };
}

export type Database = IDBPDatabase<Tables>;

/** Steps from each version to the next: append, never change one that was released. */
const UPGRADES: readonly ((db: Database) => void)[] = [
  (db) => {
    db.createObjectStore("pieces", { keyPath: "hash" });
    db.createObjectStore("segments", { autoIncrement: true });
    db.createObjectStore("shares", { keyPath: "id" });
    db.createObjectStore("haves");
    db.createObjectStore("slots", { keyPath: "slot" });
  },
];

export const VERSION = UPGRADES.length;

/** Brings a database of `oldVersion` (0: none) up to VERSION; runs inside the versionchange transaction. */
export function upgrade(db: Database, oldVersion: number): void {
  for (const step of UPGRADES.slice(oldVersion)) step(db);
}

/** Whether this is a row as we write it: rows come from the disk, so their fields are checked before use. */
export function isPieceRow(row: unknown): row is PieceRow {
  if (typeof row !== "object" || row === null) return false;
  const { segment, offset, length } = row as Partial<PieceRow>;
  return [segment, offset, length].every((field) => Number.isSafeInteger(field) && Number(field) >= 0);
}
