import { utf8 } from "./bytes.ts";
import type { Catalog, CatalogFile } from "./catalog.ts";
import {
  ID_BYTES,
  MAX_CONTENT_PIECES,
  MAX_FILES,
  MAX_FOLDERS,
  MAX_MIME_BYTES,
  MAX_TIME,
  MAX_TITLE_BYTES,
} from "./limits.ts";
import { checkPaths } from "./paths.ts";
import { countPieces, isPieceSize, plainPieceSize } from "./pieces.ts";

const MIME_TEXT = /^[ -~]+$/;
const LONE_SURROGATE = /\p{Cs}/u;

/** Why a catalog does not hold together, as the end of a sentence; null if it does. */
export function catalogProblem(catalog: Catalog): string | null {
  const { title, created, files, folders } = catalog;
  if (title !== undefined && !isTitle(title)) return "its title is impossible";
  if (!isTime(created)) return "its time is impossible";
  if (files.length > MAX_FILES || folders.length > MAX_FOLDERS) return "it has too many files or folders";
  if (!files.every(isSoundFile)) return "a file's size, type or time is impossible";
  const finding = checkPaths(
    files.map(({ path }) => path),
    folders,
  );
  if (finding !== null) return `a path is refused (${finding.problem})`;
  return layoutProblem(catalog);
}

function isTitle(title: string): boolean {
  return title !== "" && !LONE_SURROGATE.test(title) && utf8(title).length <= MAX_TITLE_BYTES;
}

function isSoundFile({ size, type, mtime }: CatalogFile): boolean {
  const soundType = type === undefined || (MIME_TEXT.test(type) && type.length <= MAX_MIME_BYTES);
  return Number.isSafeInteger(size) && size >= 0 && soundType && (mtime === undefined || isTime(mtime));
}

function isTime(time: number): boolean {
  return Number.isInteger(time) && time >= 0 && time <= MAX_TIME;
}

function layoutProblem({ pieceSize, files, plain }: Catalog): string | null {
  if (!isPieceSize(pieceSize)) return "its piece size is impossible";
  const plainSize = plainPieceSize(pieceSize);
  let pieces = 0;
  for (const { size, first, count } of files) {
    if (first !== pieces || count !== countPieces(size, plainSize)) return "its files and pieces differ";
    pieces += count;
  }
  if (pieces > MAX_CONTENT_PIECES) return "it has too many pieces";
  return plain.length === pieces * ID_BYTES ? null : "its hashes and pieces differ";
}
