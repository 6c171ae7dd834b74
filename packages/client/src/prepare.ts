import {
  type Catalog,
  type ContentKeys,
  catalogPieceKey,
  catalogSalt,
  encodeCatalog,
  encodeManifest,
  idBytes,
  layoutFiles,
  type PieceHash,
  pieceSpan,
  plainPieceSize,
  type Root,
  rootOf,
} from "@starling/protocol";
import { SourceError } from "./errors.ts";
import { addressOf, type EncryptedPiece, encryptPiece, encryptWith } from "./piece-crypto.ts";
import { type SourceFile, type SourceTree, totalSize } from "./sources.ts";

/** Pieces in the air at once: enough to keep WebCrypto's threads busy, few enough to bound memory (8 x 4 MiB). */
const PIECES_AT_ONCE = 8;

/** Types that the catalog can hold; a browser may say anything. */
const MIME = /^[\x20-\x7e]{1,255}$/;

export interface PreparedShare {
  readonly root: Root;
  readonly manifest: Uint8Array;
  readonly catalog: Catalog;
  readonly catalogBytes: Uint8Array;
}

export interface PrepareOptions {
  readonly keys: ContentKeys;
  readonly hasPassword: boolean;
  readonly title: string;
  readonly created: number;
  readonly signal: AbortSignal;
  /** Takes every piece once, in no certain order; awaited, so a slow taker slows the hashing. */
  keep(piece: EncryptedPiece, kind: "catalog" | "content"): Promise<void>;
  /** Plaintext bytes hashed so far. */
  progress(bytes: number): void;
}

/**
 * Hashes and encrypts a tree of files into pieces, a catalog and a manifest. Reads one piece at a time from each file, so
 * memory stays bounded whatever the size. Throws SourceError when a file cannot be read or changed meanwhile, LayoutError
 * (a sentence for the sharer) when there are too many pieces or names; the signal's reason when aborted.
 */
export async function prepareShare(tree: SourceTree, options: PrepareOptions): Promise<PreparedShare> {
  const layout = layoutOf(tree);
  const hashes = new Uint8Array(layout.pieceCount * 32);
  const lengths = new Uint32Array(layout.pieceCount);
  const plain = new Uint8Array(layout.pieceCount * 32);
  let done = 0;
  await inParallel(jobsOf(tree, layout), PIECES_AT_ONCE, async ({ source, index, start, end }) => {
    options.signal.throwIfAborted();
    const piece = await encryptPiece(options.keys.contentKey, await readSlice(source, start, end));
    hashes.set(idBytes(piece.hash), index * 32);
    plain.set(piece.plainHash, index * 32);
    lengths[index] = piece.bytes.length;
    await options.keep(piece, "content");
    done += end - start;
    options.progress(done);
  });
  const catalog = catalogOf(tree, layout, plain, options);
  return sealCatalog(catalog, { hashes, lengths, pieceSize: layout.pieceSize }, options);
}

type Layout = ReturnType<typeof layoutFiles>;

function layoutOf(tree: SourceTree): Layout {
  return layoutFiles(
    tree.files.map(({ file }) => ({ size: file.size })),
    totalSize(tree),
  );
}

interface PieceJob {
  readonly source: SourceFile;
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function* jobsOf(tree: SourceTree, layout: Layout): Generator<PieceJob> {
  const plainSize = plainPieceSize(layout.pieceSize);
  for (const [position, source] of tree.files.entries()) {
    const { first, count } = layout.files[position] ?? { first: 0, count: 0 };
    for (let i = 0; i < count; i++) yield { source, index: first + i, ...pieceSpan(source.file.size, plainSize, i) };
  }
}

/** Bytes of a file; a file that shrank, vanished or may not be read is named in a SourceError. */
export async function readSlice(source: SourceFile, start: number, end: number): Promise<Uint8Array> {
  const name = source.path.join("/");
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await source.file.slice(start, end).arrayBuffer());
  } catch {
    throw new SourceError(
      `“${name}” can no longer be read. It may have been moved, changed or be open elsewhere. Choose it again.`,
    );
  }
  if (bytes.length !== end - start)
    throw new SourceError(`“${name}” changed while it was being read. Share it again once it is finished.`);
  return bytes;
}

function catalogOf(tree: SourceTree, layout: Layout, plain: Uint8Array, options: PrepareOptions): Catalog {
  const files = tree.files.map(({ path, file }, position) => ({
    path,
    size: file.size,
    ...(MIME.test(file.type) ? { type: file.type } : {}),
    ...(file.lastModified > 0 ? { mtime: Math.round(file.lastModified) } : {}),
    first: layout.files[position]?.first ?? 0,
    count: layout.files[position]?.count ?? 0,
  }));
  return {
    title: options.title,
    created: options.created,
    pieceSize: layout.pieceSize,
    files,
    folders: tree.folders,
    plain,
  };
}

interface ContentPieces {
  readonly hashes: Uint8Array;
  readonly lengths: Uint32Array;
  readonly pieceSize: number;
}

async function sealCatalog(catalog: Catalog, content: ContentPieces, options: PrepareOptions): Promise<PreparedShare> {
  const catalogBytes = encodeCatalog(catalog);
  const { catalogKey, commitment } = options.keys;
  const salt = catalogSalt(catalogKey, catalogBytes);
  const hashes: Uint8Array[] = [];
  const lengths: number[] = [];
  for (const [index, plain] of cut(catalogBytes, plainPieceSize(content.pieceSize)).entries()) {
    const bytes = await encryptWith(catalogPieceKey(catalogKey, salt, index), plain);
    const hash: PieceHash = await addressOf(bytes);
    await options.keep({ hash, bytes, plainHash: new Uint8Array(0) }, "catalog");
    hashes.push(idBytes(hash));
    lengths.push(bytes.length);
  }
  const manifest = encodeManifest({
    hasPassword: options.hasPassword,
    salt,
    commitment,
    catalogPieces: hashes.length,
    pieceCount: hashes.length + content.lengths.length,
    hashes: joined([...hashes, content.hashes]),
    lengths: Uint32Array.from([...lengths, ...content.lengths]),
  });
  return { root: rootOf(manifest), manifest, catalog, catalogBytes };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) parts.push(bytes.slice(offset, offset + size));
  return parts;
}

/** Runs `work` over `jobs`, `width` at once; the first failure stops the rest. */
async function inParallel<Job>(jobs: Iterable<Job>, width: number, work: (job: Job) => Promise<void>): Promise<void> {
  const iterator = jobs[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
