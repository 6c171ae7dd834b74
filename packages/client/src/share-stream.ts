import type { Content } from "./content.ts";
import { StarlingError } from "./errors.ts";
import { ReadingPace } from "./reading-pace.ts";
import type { Reading } from "./share-model.ts";

/** Times that a piece which vanished from the store is fetched again before giving up. */
const ATTEMPTS = 3;

/**
 * Ms that a reader with a chunk in stock can wait for the next: one that stopped reading (a film that was paused, or sought
 * away from and not yet cancelled) holds up no other.
 */
const IN_STOCK_MS = 10_000;

/** What a stream needs from its share. */
export interface StreamHost {
  readonly content: Content;
  /** Resolves once this content piece is verified here; rejects when the signal aborts or the share ends. */
  pieceReady(piece: number, signal: AbortSignal): Promise<void>;
  /** Asks for these content pieces, in order and before all else; null when the stream ends. */
  want(reading: Reading | null): void;
  /** Ciphertext of a content piece that is verified and not yet written down; null for all others. */
  waiting(piece: number): Uint8Array | null;
  /** A content piece that should be here is not. */
  missing(piece: number): void;
}

/**
 * Plaintext bytes `start` to `end` (exclusive) of a file, in order, piece by piece; what is missing is fetched, and so is
 * what a reader at this pace will need next. One piece waits for a reader that does not read. Cancelling stops the
 * fetching. Errors with StarlingError when a piece cannot be had. Every chunk has a buffer of its own.
 */
export function streamFile(
  host: StreamHost,
  fileIndex: number,
  start: number,
  end: number,
): ReadableStream<Uint8Array> {
  const source = new FileReading(host, fileIndex, start, end);
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 1 });
}

/** Where one stream is in its file. */
class FileReading implements UnderlyingDefaultSource<Uint8Array> {
  readonly #host: StreamHost;
  readonly #fileIndex: number;
  readonly #first: number;
  /** Behind the file's last piece that is needed. */
  readonly #last: number;
  readonly #end: number;
  readonly #pace: ReadingPace;
  readonly #cancelled = new AbortController();
  #offset: number;

  constructor(host: StreamHost, fileIndex: number, start: number, end: number) {
    const { plainSize } = host.content;
    this.#host = host;
    this.#fileIndex = fileIndex;
    this.#first = host.content.file(fileIndex).first;
    this.#last = this.#first + Math.ceil(end / plainSize);
    this.#offset = start;
    this.#end = end;
    this.#pace = new ReadingPace(plainSize, performance.now());
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#offset >= this.#end) controller.close();
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { plainSize } = this.#host.content;
    const index = Math.floor(this.#offset / plainSize);
    const piece = this.#first + index;
    try {
      this.#pace.pulled(this.#offset, performance.now());
      this.#want(piece, 0);
      const plain = await readPiece(this.#host, piece, this.#fileIndex, this.#cancelled.signal);
      if (this.#cancelled.signal.aborted) return;
      const from = this.#offset - index * plainSize;
      const bytes = plain.subarray(from, Math.min(plain.length, from + this.#end - this.#offset));
      this.#offset += bytes.length;
      controller.enqueue(bytes);
      if (this.#offset >= this.#end) {
        this.#host.want(null);
        controller.close();
      } else if ((controller.desiredSize ?? 0) <= 0) this.#want(piece + 1, IN_STOCK_MS);
    } catch (error) {
      this.#host.want(null);
      if (!this.#cancelled.signal.aborted) throw error;
    }
  }

  cancel(): void {
    this.#cancelled.abort();
    this.#host.want(null);
  }

  #want(piece: number, due: number): void {
    const { ahead, every } = this.#pace;
    this.#host.want({ range: [piece, Math.min(ahead, this.#last - piece)], due, every });
  }
}

async function readPiece(host: StreamHost, piece: number, fileIndex: number, signal: AbortSignal): Promise<Uint8Array> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await host.pieceReady(piece, signal);
    const plain = await host.content.plain(piece, fileIndex, host.waiting(piece));
    if (plain === "file-changed")
      throw new StarlingError("The file changed on disk since it was shared, so it cannot be read.");
    if (plain !== "missing") return plain;
    host.missing(piece);
  }
  throw new StarlingError(
    "A part of this file vanished from this browser's storage and could not be fetched again. Try once more when a peer is online.",
  );
}
