import type { PieceStore, StoredPiece } from "@starling/store";
import { StorageError } from "./errors.ts";

/** Bytes of pieces written in one transaction while preparing. */
const WRITE_BYTES = 4 * 1024 * 1024;

/** Where a share's pieces are written while it is prepared. */
export type PieceSink = Pick<PieceStore, "write" | "discard">;

/** Writes pieces in batches, one transaction at a time, and can take them all back. */
export class PieceWriter {
  readonly #store: PieceSink;
  readonly #written: StoredPiece["hash"][] = [];
  #batch: StoredPiece[] = [];
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(store: PieceSink) {
    this.#store = store;
  }

  /** Resolves when there is room for more. Rejects with StorageError, and so does all that follows. */
  add({ hash, bytes }: StoredPiece): Promise<void> {
    this.#batch.push({ hash, bytes });
    this.#bytes += bytes.length;
    return this.#bytes < WRITE_BYTES ? Promise.resolve() : this.flush();
  }

  flush(): Promise<void> {
    const pieces = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.#last = this.#last.then(() => this.#write(pieces));
    return this.#last;
  }

  /** Forgets what waits and deletes what is written, but for pieces that a share's record names. */
  async undo(): Promise<void> {
    this.#batch = [];
    await this.#last.catch(() => undefined);
    await this.#store.discard(this.#written);
  }

  async #write(pieces: readonly StoredPiece[]): Promise<void> {
    if (pieces.length === 0) return;
    this.#written.push(...pieces.map(({ hash }) => hash));
    const result = await this.#store.write({ pieces, haves: [] });
    if (!result.ok) throw noRoom(result);
  }
}

/**
 * The copy of a share's content in the store. When the store has no room, what is written is taken back (which makes room
 * for the share's list of files), and pieces are passed over from then on.
 */
export class ContentCopy {
  readonly #writer: PieceWriter;
  #givenUp: Promise<void> | null = null;

  /** @param wanted whether there is to be a copy at all. */
  constructor(store: PieceSink, wanted: boolean) {
    this.#writer = new PieceWriter(store);
    if (!wanted) this.#givenUp = Promise.resolve();
  }

  /** Whether every piece so far is in the store or on its way. */
  get isKept(): boolean {
    return this.#givenUp === null;
  }

  /** Rejects with StorageError for any reason but lack of room. */
  add(piece: StoredPiece): Promise<void> {
    return this.#unlessFull(() => this.#writer.add(piece));
  }

  /** The last piece was added. */
  finish(): Promise<void> {
    return this.#unlessFull(() => this.#writer.flush());
  }

  undo(): Promise<void> {
    return this.#givenUp ?? this.#writer.undo();
  }

  async #unlessFull(write: () => Promise<void>): Promise<void> {
    if (this.#givenUp) return this.#givenUp;
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StorageError && error.reason === "quota")) throw error;
      this.#givenUp ??= this.#writer.undo();
      await this.#givenUp;
    }
  }
}

/** What `share` rejects with when the store refuses even the list of files. */
export function noRoom({ reason, detail }: { reason: "quota" | "unavailable"; detail: string }): StorageError {
  const sentence =
    reason === "quota"
      ? `These files do not fit into this browser's storage (${detail}). Free some space and share them again.`
      : `This browser refused to store the files (${detail}). Close other tabs or restart the browser, then share them again.`;
  return new StorageError(reason, sentence);
}
