import type { PieceHash } from "@starling/protocol";
import { Connection } from "./connection.ts";
import { PieceReader } from "./piece-reader.ts";
import {
  describe,
  type IdentitySlot,
  type PieceStore,
  type ReadResult,
  type ShareRecord,
  StoreUnavailableError,
  type WriteBatch,
  type WriteResult,
} from "./piece-store.ts";
import { reclaim } from "./reclaim.ts";
import { hashesOf, unnamed } from "./references.ts";
import type { Database, PieceRow } from "./schema.ts";
import { asBlob, asBytes, type MakeSegment } from "./segment.ts";
import { transact } from "./transaction.ts";

export interface IndexedDbOptions {
  /** Another tab holds an older version of the database open; nothing goes on until that tab is closed or reloaded. */
  readonly onBlocked?: () => void;
}

/** Pieces can be fetched again, so their commit need not wait for the disk; Chromium and Firefox take this hint. */
const RELAXED: IDBTransactionOptions = { durability: "relaxed" };
/** From this many on, listing all keys is cheaper than asking for each. */
const LIST_ALL = 256;
/**
 * The store in the IndexedDB database `name`, created if need be. Several tabs may have it open.
 * @throws StoreUnavailableError when the browser refuses (private mode, newer version in another tab, broken disk).
 */
export async function openIndexedDbStore(name: string, options: IndexedDbOptions = {}): Promise<PieceStore> {
  const store = new IndexedDbStore(new Connection(name, options.onBlocked ?? (() => undefined)));
  await store.have("");
  return store;
}

class IndexedDbStore implements PieceStore {
  readonly #connection: Connection;
  readonly #reader: PieceReader;
  /** Null until the browser has taken a segment. */
  #makeSegment: MakeSegment | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#reader = new PieceReader(connection);
  }

  async write(batch: WriteBatch): Promise<WriteResult> {
    if (this.#makeSegment || batch.pieces.length === 0) return this.#write(batch, this.#makeSegment ?? asBlob);
    const result = await this.#write(batch, asBlob);
    if (result.ok) this.#makeSegment = asBlob;
    if (result.ok || result.reason === "quota") return result;
    const again = await this.#write(batch, asBytes);
    if (!again.ok) return result;
    this.#makeSegment = asBytes;
    return again;
  }

  async read(hash: PieceHash): Promise<ReadResult> {
    try {
      return await this.#reader.read(hash);
    } catch {
      return { ok: false, reason: "unavailable" };
    }
  }

  async present(hashes: readonly PieceHash[]): Promise<readonly boolean[]> {
    if (hashes.length >= LIST_ALL) {
      const stored = new Set(await this.addresses());
      return hashes.map((hash) => stored.has(hash));
    }
    return this.#query(async (db) => {
      const { store } = db.transaction("pieces");
      const keys = await Promise.all(hashes.map((hash) => store.getKey(hash)));
      return keys.map((key) => key !== undefined);
    });
  }

  addresses(): Promise<readonly PieceHash[]> {
    return this.#query((db) => db.getAllKeys("pieces"));
  }

  shares(): Promise<readonly ShareRecord[]> {
    return this.#query((db) => db.getAll("shares"));
  }

  async share(id: string): Promise<ShareRecord | null> {
    return (await this.#query((db) => db.get("shares", id))) ?? null;
  }

  saveShare({ id, hashes, data }: ShareRecord): Promise<WriteResult> {
    return this.#change((db) =>
      transact(db, ["shares"], {}, (tx) => {
        const put = tx.objectStore("shares").put({ id, hashes: hashes?.slice() ?? null, data });
        // At once and not when the answer is here: a page that is being left does not hear it any more.
        tx.commit();
        return put;
      }),
    );
  }

  async have(shareId: string): Promise<Uint8Array | null> {
    return (await this.#query((db) => db.get("haves", shareId))) ?? null;
  }

  removeShare(id: string): Promise<WriteResult> {
    return this.#reclaim((records) => {
      const removed = records.find((record) => record.id === id);
      const kept = records.filter((record) => record.id !== id);
      const doomed = unnamed(removed ? hashesOf(removed) : [], kept);
      return { forget: [id], doomed: (hash) => doomed.has(hash) };
    });
  }

  discard(hashes: readonly PieceHash[]): Promise<WriteResult> {
    return this.#reclaim((records) => {
      const doomed = unnamed(hashes, records);
      return { forget: [], doomed: (hash) => doomed.has(hash) };
    });
  }

  sweep(): Promise<WriteResult> {
    return this.#reclaim((records, haves) => {
      const named = new Set(records.flatMap(hashesOf));
      const ids = new Set(records.map((record) => record.id));
      return { forget: haves.filter((id) => !ids.has(id)), doomed: (hash) => !named.has(hash) };
    });
  }

  slots(): Promise<readonly IdentitySlot[]> {
    return this.#query((db) => db.getAll("slots"));
  }

  saveSlot(slot: IdentitySlot): Promise<WriteResult> {
    return this.#change((db) => transact(db, ["slots"], {}, (tx) => tx.objectStore("slots").put(slot)));
  }

  close(): Promise<void> {
    this.#reader.clear();
    return this.#connection.close();
  }

  #write(batch: WriteBatch, makeSegment: MakeSegment): Promise<WriteResult> {
    return this.#change((db) =>
      transact(db, ["pieces", "segments", "haves"], RELAXED, async (tx) => {
        const { parts, rows } = layOut(batch.pieces);
        const segment = rows.length > 0 ? await tx.objectStore("segments").add(makeSegment(parts)) : 0;
        await Promise.all([
          ...rows.map((row) => tx.objectStore("pieces").put({ ...row, segment })),
          ...batch.haves.map(({ shareId, bits }) => tx.objectStore("haves").put(bits.slice(), shareId)),
        ]);
      }),
    );
  }

  async #query<T>(operation: (db: Database) => Promise<T>): Promise<T> {
    try {
      return await this.#connection.run(operation);
    } catch (error) {
      throw new StoreUnavailableError(error);
    }
  }

  async #change(operation: (db: Database) => Promise<unknown>): Promise<WriteResult> {
    try {
      await this.#connection.run(operation);
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: isQuota(error) ? "quota" : "unavailable", detail: describe(error) };
    }
  }

  /** Records are read and rows deleted in one transaction over all tables, which other tabs' writes wait for. */
  #reclaim(plan: (records: readonly ShareRecord[], haves: readonly string[]) => Plan): Promise<WriteResult> {
    this.#reader.clear();
    return this.#change((db) =>
      transact(db, ["shares", "haves", "pieces", "segments"], {}, async (tx) => {
        const [records, haves] = await Promise.all([
          tx.objectStore("shares").getAll(),
          tx.objectStore("haves").getAllKeys(),
        ]);
        const { forget, doomed } = plan(records, haves);
        for (const id of forget)
          await Promise.all([tx.objectStore("shares").delete(id), tx.objectStore("haves").delete(id)]);
        await reclaim(tx, doomed);
      }),
    );
  }
}

interface Plan {
  /** Shares whose record and have-set go. */
  readonly forget: readonly string[];
  readonly doomed: (hash: PieceHash) => boolean;
}

/** The pieces one after another, each address once. */
function layOut(pieces: WriteBatch["pieces"]): { parts: Uint8Array<ArrayBuffer>[]; rows: Omit<PieceRow, "segment">[] } {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const rows: Omit<PieceRow, "segment">[] = [];
  let offset = 0;
  for (const { hash, bytes } of new Map(pieces.map((piece) => [piece.hash, piece])).values()) {
    parts.push(bytes as Uint8Array<ArrayBuffer>);
    rows.push({ hash, offset, length: bytes.length });
    offset += bytes.length;
  }
  return { parts, rows };
}

function isQuota(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}
