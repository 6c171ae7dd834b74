import type { PieceRange } from "@starling/protocol";
import type { Content } from "./content.ts";
import { StarlingError } from "./errors.ts";

/** Pieces asked for ahead of the one being read. */
const READ_AHEAD = 8;

/** Times that a piece which vanished from the store is fetched again before giving up. */
const ATTEMPTS = 3;

/** What a stream needs from its share. */
export interface StreamHost {
  readonly content: Content;
  /** Resolves once this content piece is verified here. */
  pieceReady(piece: number): Promise<void>;
  /** Asks for this run of content pieces now; null when the stream ends. */
  want(range: PieceRange | null): void;
  /** Everything verified is written down. */
  flush(): Promise<void>;
  /** A content piece that should be here is not. */
  missing(piece: number): void;
}

/**
 * Plaintext bytes `start` to `end` (exclusive) of a file, in order, piece by piece; what is missing is fetched. Cancelling
 * stops its fetching. Errors with StarlingError when a piece cannot be had.
 */
export function streamFile(
  host: StreamHost,
  fileIndex: number,
  start: number,
  end: number,
): ReadableStream<Uint8Array> {
  const { content } = host;
  const { first } = content.file(fileIndex);
  const last = first + Math.ceil(end / content.plainSize);
  let offset = start;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (offset >= end) {
          host.want(null);
          return controller.close();
        }
        const index = Math.floor(offset / content.plainSize);
        host.want([first + index, Math.min(READ_AHEAD, last - first - index)]);
        const plain = await readPiece(host, first + index, fileIndex);
        const from = offset - index * content.plainSize;
        const bytes = plain.subarray(from, Math.min(plain.length, from + end - offset));
        offset += bytes.length;
        controller.enqueue(bytes);
      },
      cancel: () => host.want(null),
    },
    { highWaterMark: 1 },
  );
}

async function readPiece(host: StreamHost, piece: number, fileIndex: number): Promise<Uint8Array> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await host.pieceReady(piece);
    const plain = await host.content.plain(piece, fileIndex);
    if (plain === "file-changed")
      throw new StarlingError("The file changed on disk since it was shared, so it cannot be read.");
    if (plain !== "missing") return plain;
    // Verified pieces may still be on their way to the store; if it is not there after that, it was lost.
    await host.flush();
    const written = await host.content.plain(piece, fileIndex);
    if (typeof written !== "string") return written;
    host.missing(piece);
  }
  throw new StarlingError(
    "A part of this file vanished from this browser's storage and could not be fetched again. Try once more when a peer is online.",
  );
}
