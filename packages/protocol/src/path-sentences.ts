import { displayName } from "./display-name.ts";
import { MAX_SEGMENT_BYTES } from "./limits.ts";
import type { PathFinding } from "./paths.ts";

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
