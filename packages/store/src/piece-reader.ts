import type { PieceHash } from "@starling/protocol";
import type { Connection } from "./connection.ts";
import { hashesTo } from "./piece-bytes.ts";
import { type Located, locate, PieceLocator } from "./piece-locator.ts";
import type { ReadResult } from "./piece-store.ts";
import { type Database, isPieceRow } from "./schema.ts";
import { bytesOf, SegmentReader, type Span } from "./segment-reader.ts";
import { transact } from "./transaction.ts";

/** Half a full segment: a run takes no more of shares below 100 MB (docs/decisions/0020-short-queues-on-short-paths.md). */
const WINDOW_BYTES = 2 << 20;
/** So many runs at a time stay in memory. */
const CACHE_BYTES = 12 * WINDOW_BYTES;
/** Nothing is kept longer than this after the last read: neither memory nor the files that Blobs hold on to. */
const IDLE_MS = 10_000;

/**
 * Reads pieces and checks their hash. The row comes from the database each time; Blobs and windows of segments are kept
 * for the next piece, and wherever bytes that were kept do not serve, they are read once more without.
 */
export class PieceReader {
  readonly #connection: Connection;
  readonly #locator: PieceLocator;
  readonly #segments = new SegmentReader({ windowBytes: WINDOW_BYTES, cacheBytes: CACHE_BYTES });
  #lastRead = 0;
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#locator = new PieceLocator(connection);
  }

  /** Rejects when the database or a file does not answer just now. */
  async read(hash: PieceHash): Promise<ReadResult> {
    this.#stayAwake();
    const located = await this.#locator.locate(hash);
    if (located === null) return { ok: false, reason: "missing" };
    const bytes = await checked(hash, located, (span) => this.#segments.read(span)).catch(() => null);
    if (bytes) return { ok: true, bytes };
    if (located.span) this.#locator.forget(located.span.segment);
    return this.#readAnew(hash);
  }

  /** Forgets all that is kept. */
  clear(): void {
    this.#locator.clear();
    this.#segments.clear();
  }

  async #readAnew(hash: PieceHash): Promise<ReadResult> {
    const [located] = await this.#connection.run((db) => locate(db, [hash]));
    if (!located) return { ok: false, reason: "missing" };
    const bytes = await checked(hash, located, ({ blob, offset, length }) => bytesOf(blob, offset, offset + length));
    if (bytes) return { ok: true, bytes };
    await this.#connection.run((db) => dropRow(db, hash, located.row));
    return { ok: false, reason: "corrupt" };
  }

  #stayAwake(): void {
    this.#lastRead = performance.now();
    this.#idle ??= setTimeout(() => this.#sleep(), IDLE_MS);
  }

  #sleep(): void {
    const left = this.#lastRead + IDLE_MS - performance.now();
    this.#idle = left > 0 ? setTimeout(() => this.#sleep(), left) : null;
    if (left <= 0) this.clear();
  }
}

type Load = (span: Span) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * The bytes, or null when they are damaged or lost for good: Chromium says NotFoundError when the file under a Blob is
 * gone. Any other error may pass (too many open files), so it must not cost a row that could be the only copy. A Blob
 * stays readable when its row is deleted meanwhile.
 */
async function checked(hash: PieceHash, { span }: Located, load: Load): Promise<Uint8Array<ArrayBuffer> | null> {
  if (span === null) return null;
  try {
    const bytes = await load(span);
    return (await hashesTo(hash, bytes)) ? bytes : null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return null;
    throw error;
  }
}

/** Deletes a corrupt piece's row unless it was written anew since it was read. */
function dropRow(db: Database, hash: PieceHash, seen: unknown): Promise<void> {
  return transact(db, ["pieces"], { durability: "relaxed" }, async ({ store }) => {
    const row: unknown = await store.get(hash);
    if (!isPieceRow(row) || !isPieceRow(seen) || (row.segment === seen.segment && row.offset === seen.offset)) {
      await store.delete(hash);
    }
  });
}
