import { foldSegment } from "./path-folding.ts";
import type { Path, PathProblem } from "./paths.ts";

/** Folders seen so far, by folded name. */
type Folder = Map<string, Folder | "file">;

/** The paths of a share as a receiver's file system would have them: each is checked against those before it. */
export class PathTree {
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
