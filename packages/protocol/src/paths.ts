import { utf8 } from "./bytes.ts";
import { MAX_PATH_BYTES, MAX_PATH_SEGMENTS, MAX_SEGMENT_BYTES } from "./limits.ts";
import { ASCII, foldSegment } from "./path-folding.ts";
import { PathTree } from "./path-tree.ts";

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

function utf8Length(text: string): number {
  return ASCII.test(text) ? text.length : utf8(text).length;
}
