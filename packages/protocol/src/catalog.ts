import { catalogProblem } from "./catalog-rules.ts";
import {
  asArray,
  asBytes,
  asMap,
  asText,
  asUint,
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
} from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import {
  GCM_TAG_BYTES,
  ID_BYTES,
  MAX_CATALOG_BYTES,
  MAX_CATALOG_ITEMS,
  MAX_CONTENT_PIECES,
  MAX_FILES,
  MAX_FOLDERS,
  MAX_MIME_BYTES,
  MAX_PATH_SEGMENTS,
  MAX_PIECE_SIZE,
  MAX_SEGMENT_BYTES,
  MAX_TITLE_BYTES,
  PROTOCOL_VERSION,
} from "./limits.ts";
import type { Manifest } from "./manifest.ts";
import type { Path } from "./paths.ts";
import { countPieces, type FilePieces, LayoutError, plainPieceSize } from "./pieces.ts";

/** One file. `size` in bytes, `mtime` in ms since the epoch; its pieces are `count` content pieces from `first`. */
export interface CatalogFile extends FilePieces {
  readonly path: Path;
  readonly size: number;
  /** MIME type in printable ASCII; left out if unknown. */
  readonly type?: string;
  readonly mtime?: number;
}

/**
 * The encrypted face of a share: names, sizes and where each file's bytes are. It carries the piece size, so that a
 * receiver knows every plaintext offset without another piece: content piece `file.first + i` holds the file's bytes
 * from `i * (pieceSize - 16)`. Content pieces count from 0; in the manifest the catalog's own pieces come before them.
 * `plain` holds the SHA-256 of each content piece's plaintext, 32 bytes each, in their order. `created` is in ms since
 * the epoch; `folders` are the empty ones.
 */
export interface Catalog {
  readonly title?: string;
  readonly created: number;
  readonly pieceSize: number;
  readonly files: readonly CatalogFile[];
  readonly folders: readonly Path[];
  readonly plain: Uint8Array;
}

/**
 * CBOR of the catalog, to be cut into pieces of the catalog's own piece size.
 * @throws LayoutError `too-many-names` when it is longer than receivers accept
 * @throws RangeError on a catalog that {@link decodeCatalog} would refuse: a mistake of the caller, who checked the
 *   paths with `checkPaths` and laid the files out with `layoutFiles`
 */
export function encodeCatalog(catalog: Catalog): Uint8Array<ArrayBuffer> {
  const problem = catalogProblem(catalog);
  if (problem !== null) throw new RangeError(problem);
  const { title, created, pieceSize, folders, plain } = catalog;
  const files = catalog.files.map(({ path, size, type, mtime, first, count }) => ({
    path,
    size,
    type,
    mtime,
    first,
    count,
  }));
  const bytes = encodeCbor({ v: PROTOCOL_VERSION, title, created, pieceSize, files, folders, plain });
  if (bytes.length > MAX_CATALOG_BYTES || countItems(catalog) > MAX_CATALOG_ITEMS) throw tooManyNames();
  return bytes;
}

/**
 * Reads a whole catalog and checks that it holds together: the files' pieces follow one another from 0 without gap, as
 * many as sizes and piece size make them, all paths are safe and distinct, and `plain` has a hash for each piece.
 * @throws DecodeError `bad-version` for one of a later version, else `bad-field`, `bad-cbor` or `bad-catalog`
 */
export function decodeCatalog(bytes: Uint8Array): Catalog {
  if (bytes.length > MAX_CATALOG_BYTES) throw bad("it is too long");
  const map = asMap(decodeCbor(bytes, MAX_CATALOG_ITEMS), "catalog");
  if (asUint(map.get("v"), "v") !== PROTOCOL_VERSION)
    throw new DecodeError("bad-version", "catalog of another version");
  const title = map.get("title");
  const catalog = {
    ...(title === undefined ? {} : { title: asText(title, "title", MAX_TITLE_BYTES) }),
    created: asUint(map.get("created"), "created"),
    pieceSize: asUint(map.get("pieceSize"), "pieceSize", MAX_PIECE_SIZE),
    files: asArray(map.get("files"), "files", MAX_FILES).map(readFile),
    folders: asArray(map.get("folders"), "folders", MAX_FOLDERS).map(readPath),
    plain: asBytes(map.get("plain"), "plain", 0, MAX_CONTENT_PIECES * ID_BYTES),
  };
  const problem = catalogProblem(catalog);
  if (problem !== null) throw bad(problem);
  return catalog;
}

/** Bytes of all files. */
export function catalogSize(catalog: Catalog): number {
  return catalog.files.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Checks that a decoded catalog describes this manifest: as many content pieces, each of the length that the layout
 * gives it, and the catalog's own pieces full but for the last.
 * @param catalogBytes length of the encoded catalog
 * @throws DecodeError `bad-catalog`
 */
export function checkCatalogFits(catalog: Catalog, catalogBytes: number, manifest: Manifest): void {
  const { lengths, catalogPieces, pieceCount } = manifest;
  if (pieceCount - catalogPieces !== catalog.plain.length / ID_BYTES)
    throw bad("its piece count is not the manifest's");
  const plainSize = plainPieceSize(catalog.pieceSize);
  const runs = [{ first: -catalogPieces, count: catalogPieces, size: catalogBytes }, ...catalog.files];
  for (const { first, count, size } of runs) {
    if (count !== countPieces(size, plainSize)) throw bad("its own pieces are not the manifest's");
    for (let index = 0; index < count; index++) {
      const plain = Math.min(plainSize, size - index * plainSize);
      if (lengths[catalogPieces + first + index] !== plain + GCM_TAG_BYTES)
        throw bad("its pieces are not the manifest's");
    }
  }
}

function readFile(value: CborValue): CatalogFile {
  const map = asMap(value, "file");
  return {
    path: readPath(map.get("path")),
    size: asUint(map.get("size"), "size"),
    first: asUint(map.get("first"), "first"),
    count: asUint(map.get("count"), "count"),
    ...readOptional(map),
  };
}

function readOptional(map: CborMap): Pick<CatalogFile, "type" | "mtime"> {
  const type = map.get("type");
  const mtime = map.get("mtime");
  return {
    ...(type === undefined ? {} : { type: asText(type, "type", MAX_MIME_BYTES) }),
    ...(mtime === undefined ? {} : { mtime: asUint(mtime, "mtime") }),
  };
}

function readPath(value: CborValue | undefined): Path {
  return asArray(value, "path", MAX_PATH_SEGMENTS).map((segment) => asText(segment, "segment", MAX_SEGMENT_BYTES));
}

/** CBOR items, at most: map, six keys, five values and the path of a file; seven keys and values, and the map, on top. */
function countItems({ files, folders }: Catalog): number {
  const ofFiles = files.reduce((sum, { path }) => sum + 13 + path.length, 0);
  return folders.reduce((sum, path) => sum + 1 + path.length, ofFiles + 15);
}

function tooManyNames(): LayoutError {
  return new LayoutError(
    "too-many-names",
    "The files' names and folders take more room than one share has. Pack the files into an archive, or share them in parts.",
  );
}

function bad(why: string): DecodeError {
  return new DecodeError("bad-catalog", `the list of files cannot be read: ${why}`);
}
