import { GCM_TAG_BYTES, MAX_CONTENT_PIECES, MAX_PIECE_SIZE, MIN_PIECE_SIZE } from "./limits.ts";

/** What is to be shared cannot be laid out in pieces. `message` is a sentence for the person who shares. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
  readonly code: "too-many-pieces" | "too-many-names";

  constructor(code: LayoutError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** A file's run of content pieces: `count` from index `first`. Content pieces count from 0, without the catalog's. */
export interface FilePieces {
  readonly first: number;
  readonly count: number;
}

/** Where the files of a share lie. `pieceSize` is that of ciphertext, `pieceCount` that of content pieces. */
export interface Layout {
  readonly pieceSize: number;
  readonly files: readonly FilePieces[];
  readonly pieceCount: number;
}

/** Bytes of one file: from `start` up to, but without, `end`. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** Up to {@link SMALL_PIECE_SIZE} pieces are as large as leaves so many of them, enough to spread among some peers. */
const SPREAD_PIECES = 200;
const SMALL_PIECE_SIZE = 256 * 1024;

/**
 * Size of a full piece's ciphertext for a share of `totalBytes`, a power of two within 64 KiB and 4 MiB: up to 256 KiB
 * what leaves 200 pieces; beyond that 2^floor(log2(total) / 2 + 4), which lets the number of pieces and their size grow
 * alike (1 GiB: 2,048 pieces of 512 KiB). Each piece costs every browser the same, whatever its size: decision 0015.
 */
export function pieceSizeFor(totalBytes: number): number {
  let size = MIN_PIECE_SIZE;
  while (size < SMALL_PIECE_SIZE && totalBytes >= 2 * size * SPREAD_PIECES) size *= 2;
  // In integers, as log2 of a number just below a power of two rounds up to it.
  while (size < MAX_PIECE_SIZE && totalBytes >= ((2 * size) / 16) ** 2) size *= 2;
  return size;
}

/** Whether receivers accept this size: a power of two from 64 KiB to 4 MiB. */
export function isPieceSize(pieceSize: number): boolean {
  return pieceSize >= MIN_PIECE_SIZE && pieceSize <= MAX_PIECE_SIZE && Number.isInteger(Math.log2(pieceSize));
}

/** Plaintext bytes of a full piece. */
export function plainPieceSize(pieceSize: number): number {
  return pieceSize - GCM_TAG_BYTES;
}

/** Pieces of a file (or catalog) of `size` bytes. An empty file has none. */
export function countPieces(size: number, plainSize: number): number {
  return Math.ceil(size / plainSize);
}

/**
 * Lays the files out in their order, each from a piece boundary.
 * @param totalBytes chooses the piece size; their sum if left out.
 * @throws LayoutError `too-many-pieces`
 */
export function layoutFiles(files: readonly { readonly size: number }[], totalBytes: number = sumOf(files)): Layout {
  const pieceSize = pieceSizeFor(totalBytes);
  const plainSize = plainPieceSize(pieceSize);
  let pieceCount = 0;
  const laidOut = files.map(({ size }) => {
    const first = pieceCount;
    const count = countPieces(size, plainSize);
    pieceCount += count;
    return { first, count };
  });
  if (pieceCount > MAX_CONTENT_PIECES) throw tooManyPieces(files.length);
  return { pieceSize, files: laidOut, pieceCount };
}

/**
 * Plaintext bytes of a file's `index`-th piece (from 0 within the file).
 * @throws RangeError beyond the file's pieces
 */
export function pieceSpan(fileSize: number, plainSize: number, index: number): ByteSpan {
  const start = index * plainSize;
  if (!Number.isInteger(index) || index < 0 || start >= fileSize) throw new RangeError("no such piece in the file");
  return { start, end: Math.min(start + plainSize, fileSize) };
}

/** Content pieces that hold a file's bytes from `start` up to `end`, both clamped to the file. */
export function piecesOfSpan(
  file: FilePieces & { readonly size: number },
  plainSize: number,
  span: ByteSpan,
): FilePieces {
  const start = Math.max(0, span.start);
  const end = Math.min(file.size, span.end);
  if (start >= end) return { first: file.first, count: 0 };
  const begin = Math.floor(start / plainSize);
  return { first: file.first + begin, count: countPieces(end, plainSize) - begin };
}

/** Index of the file that a content piece belongs to; null when there is no such piece. Time is logarithmic. */
export function fileOfPiece(files: readonly FilePieces[], piece: number): number | null {
  let low = 0;
  let high = files.length;
  // The first file that ends behind the piece; empty files end where they begin and are passed over.
  while (low < high) {
    const middle = (low + high) >>> 1;
    const file = files[middle];
    if (file !== undefined && file.first + file.count <= piece) low = middle + 1;
    else high = middle;
  }
  const file = files[low];
  return file !== undefined && piece >= file.first ? low : null;
}

function sumOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function tooManyPieces(files: number): LayoutError {
  return new LayoutError(
    "too-many-pieces",
    files > MAX_CONTENT_PIECES / 2
      ? "This is more than one share can hold (about 65,000 files). Pack the files into an archive, or share them in parts."
      : "This is more than one share can hold (about 270 GB). Share it in parts.",
  );
}
