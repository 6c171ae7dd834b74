import { utf8 } from "./bytes.ts";
import { MAX_PATH_BYTES, MAX_PATH_SEGMENTS, MAX_SEGMENT_BYTES } from "./limits.ts";

/** A file's or folder's place in a share: names from the outermost folder to its own. */
export type Path = readonly string[];

/**
 * Why a path cannot be in a share. The rules are those of the strictest file system that a receiver may have, so that
 * every share can be saved everywhere under the names that the sharer sees.
 *
 * - `empty`: no segments, or one without a character
 * - `dots`: a segment of dots and spaces only, such as `.` and `..` (Windows drops both at a name's end)
 * - `separator`: `/` or `\` inside a segment
 * - `control`: NUL or another control character (Unicode category Cc)
 * - `surrogate`: half of a UTF-16 pair, which has no UTF-8
 * - `drive`: begins like a drive, such as `C:`
 * - `reserved`: a device of Windows, such as `NUL` or `com1.txt`
 * - `too-long`: over 255 bytes of UTF-8 in a segment
 * - `too-deep`: over 64 segments, or 4096 bytes of UTF-8 in all
 * - `duplicate`: equal to another after normalization (NFC) and case folding
 * - `conflict`: a file where another path has a folder
 */
export type PathProblem =
  | "empty"
  | "dots"
  | "separator"
  | "control"
  | "surrogate"
  | "drive"
  | "reserved"
  | "too-long"
  | "too-deep"
  | "duplicate"
  | "conflict";

/** A problem, the path that has it and, for `duplicate` and `conflict`, the path that it cannot be beside. */
export interface PathFinding {
  readonly problem: PathProblem;
  readonly path: Path;
  readonly other?: Path;
}

const ONLY_DOTS = /^[. ]+$/;
const SEPARATOR = /[/\\]/;
const CONTROL = /\p{Cc}/u;
const SURROGATE = /\p{Cs}/u;
const DRIVE = /^[A-Za-z]:/;
/** "Naming files, paths, and namespaces", Microsoft; an extension, and spaces before it, do not make a device a file. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00B9\u00B2\u00B3]) *(?:\.|$)/i;

/** In this order; the first that holds is the problem. */
const SEGMENT_RULES: readonly (readonly [PathProblem, (segment: string) => boolean])[] = [
  ["empty", (segment) => segment === ""],
  ["dots", (segment) => ONLY_DOTS.test(segment)],
  ["separator", (segment) => SEPARATOR.test(segment)],
  ["control", (segment) => CONTROL.test(segment)],
  ["surrogate", (segment) => SURROGATE.test(segment)],
  ["drive", (segment) => DRIVE.test(segment)],
  ["reserved", (segment) => DEVICE.test(segment)],
  ["too-long", (segment) => utf8Length(segment) > MAX_SEGMENT_BYTES],
];

/** The first problem of one path by itself. */
export function checkPath(path: Path): PathProblem | null {
  if (path.length === 0) return "empty";
  if (path.length > MAX_PATH_SEGMENTS) return "too-deep";
  let bytes = path.length - 1;
  for (const segment of path) {
    const rule = SEGMENT_RULES.find(([, breaks]) => breaks(segment));
    if (rule !== undefined) return rule[0];
    bytes += utf8Length(segment);
  }
  return bytes > MAX_PATH_BYTES ? "too-deep" : null;
}

/** The first problem of all paths of a share, alone or beside each other. Time is linear in their length. */
export function checkPaths(files: readonly Path[], folders: readonly Path[] = []): PathFinding | null {
  const tree = new PathTree();
  for (const path of files) {
    const problem = checkPath(path) ?? tree.addFile(path);
    if (problem !== null) return finding(problem, path, [...files, ...folders]);
  }
  for (const path of folders) {
    const problem = checkPath(path) ?? tree.addFolder(path);
    if (problem !== null) return finding(problem, path, [...files, ...folders]);
  }
  return null;
}

/** What is wrong and what to do, as a sentence for the person who shares. */
export function describePathProblem({ problem, path, other }: PathFinding): string {
  const shown = displayName(path.join("/"));
  const beside = displayName((other ?? path).join("/"));
  switch (problem) {
    case "empty":
      return `A file or folder${shown === "" ? "" : ` in “${shown}”`} has no name. Give it one and share again.`;
    case "dots":
      return `“${shown}” has a name of dots or spaces only. Rename it and share again.`;
    case "separator":
      return `“${shown}” has a slash or backslash in a name, which separates folders elsewhere. Rename it and share again.`;
    case "control":
      return `“${shown}” has an invisible control character in its name. Rename it and share again.`;
    case "surrogate":
      return `“${shown}” has a broken character in its name. Rename it and share again.`;
    case "drive":
      return `“${shown}” begins like a drive letter. Rename it and share again.`;
    case "reserved":
      return `“${shown}” uses a name that Windows keeps for devices. Rename it and share again.`;
    case "too-long":
      return `“${shown}” has a name of more than ${MAX_SEGMENT_BYTES} bytes. Shorten it and share again.`;
    case "too-deep":
      return `“${shown}” lies in too many folders. Move it up or shorten the folders' names, and share again.`;
    case "duplicate":
      return shown === beside
        ? `“${shown}” is there twice. Remove or rename one and share again.`
        : `“${shown}” and “${beside}” are the same name on many computers. Rename one and share again.`;
    case "conflict":
      return `“${shown}” and “${beside}” cannot be saved together: one name is both a file and a folder. Rename one and share again.`;
  }
}

/** Joiners that change how the text around them looks, and hide nothing: in emoji, and inside words of Arabic script. */
const JOINER =
  "(?<=\\p{Extended_Pictographic}\\uFE0F?|\\p{Emoji_Modifier})\\u200D(?=\\p{Extended_Pictographic})" +
  "|(?<=\\p{Script=Arabic})\\u200C(?=\\p{Script=Arabic})";
/** Controls, bidirectional and other format characters, line breaks, fillers and zero-width characters, lone surrogates. */
const HIDDEN = new RegExp(
  `(?!${JOINER})(?![\\uFE00-\\uFE0F])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]`,
  "gu",
);

/**
 * A name or title from another person without the characters that could disguise it (`gpj.exe` behind a right-to-left
 * override shows as `exe.jpg`). For show only; a name of nothing else is shown as U+FFFD.
 */
export function displayName(text: string): string {
  const shown = text.replace(HIDDEN, "");
  return shown.trim() === "" && text !== "" ? "\uFFFD" : shown;
}

/** Folders seen so far, by folded name. */
type Folder = Map<string, Folder | "file">;

class PathTree {
  readonly #root: Folder = new Map();
  readonly #listed = new Set<Folder>();

  addFile(path: Path): PathProblem | null {
    const parent = this.#folder(path.slice(0, -1));
    if (parent === null) return "conflict";
    const name = foldSegment(path.at(-1) ?? "");
    const there = parent.get(name);
    if (there !== undefined) return there === "file" ? "duplicate" : "conflict";
    parent.set(name, "file");
    return null;
  }

  addFolder(path: Path): PathProblem | null {
    const folder = this.#folder(path);
    if (folder === null) return "conflict";
    if (this.#listed.has(folder)) return "duplicate";
    this.#listed.add(folder);
    return null;
  }

  /** The folder at this path, made if need be; null when a file is in the way. */
  #folder(path: Path): Folder | null {
    let folder = this.#root;
    for (const segment of path) {
      const name = foldSegment(segment);
      const next = folder.get(name) ?? new Map();
      if (next === "file") return null;
      folder.set(name, next);
      folder = next;
    }
    return folder;
  }
}

function finding(problem: PathProblem, path: Path, all: readonly Path[]): PathFinding {
  const other = problem === "duplicate" || problem === "conflict" ? all.find((one) => meets(one, path)) : undefined;
  return other === undefined ? { problem, path } : { problem, path, other };
}

/** Whether one of two different paths is the other or lies above it, once folded. Finds the earlier one of a pair. */
function meets(one: Path, path: Path): boolean {
  if (one === path) return false;
  const [short, long] = one.length < path.length ? [one, path] : [path, one];
  return short.every((segment, depth) => foldSegment(segment) === foldSegment(long[depth] ?? ""));
}

const ASCII = /^[ -~]*$/;

/**
 * What file systems compare: NFC, full case folding (Unicode 3.13, built from the simple mappings, as the language has
 * no folding of its own), and without the dots and spaces at the end that Windows drops.
 */
function foldSegment(segment: string): string {
  const folded = ASCII.test(segment) ? segment.toLowerCase() : foldUnicode(segment);
  return folded.replace(/[. ]+$/, "");
}

/** One character at a time, as `toLowerCase` of a whole word treats a final sigma apart. */
function foldUnicode(text: string): string {
  let folded = "";
  for (const char of text.normalize("NFC")) {
    // The dotless i upper-cases to I, but folds to itself: Turkish names that differ in it are different.
    folded += char === "\u0131" ? char : char.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded.normalize("NFC");
}

function utf8Length(text: string): number {
  return ASCII.test(text) ? text.length : utf8(text).length;
}
