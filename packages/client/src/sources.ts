import { checkPaths, describePathProblem } from "@starling/protocol";
import type { Source } from "./api.ts";
import { SourceError } from "./errors.ts";

/** A file to share: where it goes and where its bytes come from. */
export interface SourceFile {
  readonly path: readonly string[];
  readonly file: File;
}

/** By path, `/` between segments: files, and folders that serve for all that is in them. */
export type Handles = Readonly<Record<string, FileSystemFileHandle | FileSystemDirectoryHandle>>;

/** Sources in order, checked: every path may travel, and there is something to share. */
export interface SourceTree {
  readonly files: readonly SourceFile[];
  /** Folders that hold nothing. */
  readonly folders: readonly (readonly string[])[];
  readonly handles: Handles;
}

/** Sorts sources into files and empty folders. Throws SourceError that names the offending path. */
export function readSources(sources: readonly Source[]): SourceTree {
  const files: SourceFile[] = [];
  const named: string[][] = [];
  for (const source of sources) {
    if (source instanceof File) files.push({ path: segments(source.webkitRelativePath || source.name), file: source });
    else if ("folder" in source) named.push(segments(source.path));
    else files.push({ path: segments(source.path), file: source.file });
  }
  const folders = emptyFolders(named, files);
  if (files.length + folders.length === 0)
    throw new SourceError("There is nothing to share. Choose at least one file or folder.");
  const problem = checkPaths(
    files.map((file) => file.path),
    folders,
  );
  if (problem) throw new SourceError(describePathProblem(problem));
  return { files, folders, handles: handlesOf(sources) };
}

function handlesOf(sources: readonly Source[]): Handles {
  return Object.fromEntries(
    sources.flatMap((source) =>
      source instanceof File || !source.handle ? [] : [[segments(source.path).join("/"), source.handle] as const],
    ),
  );
}

/** Bytes of all files together. */
export function totalSize(tree: SourceTree): number {
  return tree.files.reduce((sum, { file }) => sum + file.size, 0);
}

/** A title for a share that was given none: the one file, the one folder, or the first and how many more. */
export function titleOf(tree: SourceTree): string {
  const roots = [...new Set([...tree.files.map(({ path }) => path[0]), ...tree.folders.map((path) => path[0])])];
  const first = roots[0] ?? "";
  if (roots.length <= 1) return first;
  return `${first} and ${roots.length - 1} more`;
}

function segments(path: string): string[] {
  return path.split("/").filter((segment, index, all) => segment !== "" || (index > 0 && index < all.length - 1));
}

/** A folder is implied by what is in it; only those with nothing inside need saying. */
function emptyFolders(named: readonly string[][], files: readonly SourceFile[]): string[][] {
  const inhabited = new Set<string>();
  for (const path of [...files.map((file) => file.path), ...named]) {
    for (let depth = 1; depth < path.length; depth++) inhabited.add(path.slice(0, depth).join("/"));
  }
  const seen = new Set<string>();
  return named.filter((path) => {
    const key = path.join("/");
    if (inhabited.has(key) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
