import type { FileInfo } from "@starling/client";
import { type MediaKind, mediaKindOf } from "./media-types.ts";

export interface FileNode {
  readonly kind: "file";
  readonly path: string;
  /** Last segment of the path. */
  readonly name: string;
  readonly depth: number;
  readonly size: number;
  /** How it can be shown in the page; null for a file that is only saved. */
  readonly media: MediaKind | null;
}

export interface FolderNode {
  readonly kind: "folder";
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** Bytes of all files below. */
  readonly size: number;
  /** Paths of all files below, in the order shown. */
  readonly files: readonly string[];
  readonly children: readonly TreeNode[];
}

export type TreeNode = FileNode | FolderNode;

interface Draft {
  readonly folders: Map<string, Draft>;
  readonly files: FileInfo[];
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Nested view of a share's flat list; folders first, then natural order (`2.jpg` before `10.jpg`). */
export function buildTree(files: readonly FileInfo[], emptyFolders: readonly string[]): readonly TreeNode[] {
  const root = newDraft();
  for (const file of files) draftAt(root, file.path.split("/").slice(0, -1)).files.push(file);
  for (const folder of emptyFolders) draftAt(root, folder.split("/"));
  return finish(root, "", 0);
}

function newDraft(): Draft {
  return { folders: new Map(), files: [] };
}

function draftAt(root: Draft, segments: readonly string[]): Draft {
  let draft = root;
  for (const segment of segments) {
    const next = draft.folders.get(segment) ?? newDraft();
    draft.folders.set(segment, next);
    draft = next;
  }
  return draft;
}

function finish(draft: Draft, prefix: string, depth: number): TreeNode[] {
  const folders = [...draft.folders].map(([name, child]) => finishFolder(child, prefix + name, name, depth));
  const files = draft.files.map((file): FileNode => {
    const { path, size, type } = file;
    return { kind: "file", path, name: path.slice(prefix.length), depth, size, media: mediaKindOf(path, type) };
  });
  const byName = (a: TreeNode, b: TreeNode) => collator.compare(a.name, b.name);
  return [...folders.sort(byName), ...files.sort(byName)];
}

function finishFolder(draft: Draft, path: string, name: string, depth: number): FolderNode {
  const children = finish(draft, `${path}/`, depth + 1);
  const files = children.flatMap((child) => (child.kind === "file" ? [child.path] : child.files));
  const size = children.reduce((sum, child) => sum + child.size, 0);
  return { kind: "folder", path, name, depth, size, files, children };
}

/** The rows to show, top to bottom, without what lies in a collapsed folder. */
export function visibleRows(nodes: readonly TreeNode[], collapsed: ReadonlySet<string>): TreeNode[] {
  const rows: TreeNode[] = [];
  const visit = (node: TreeNode) => {
    rows.push(node);
    if (node.kind === "folder" && !collapsed.has(node.path)) node.children.forEach(visit);
  };
  nodes.forEach(visit);
  return rows;
}

export type Check = "all" | "some" | "none";

/** What a folder's checkbox shows. An empty folder follows nothing: `none`. */
export function checkOf(files: readonly string[], isChecked: (path: string) => boolean): Check {
  let checked = 0;
  for (const path of files) if (isChecked(path)) checked += 1;
  if (checked === 0) return "none";
  return checked === files.length ? "all" : "some";
}

/** Bytes of the files for which `isChecked` holds. */
export function checkedBytes(files: readonly FileInfo[], isChecked: (path: string) => boolean): number {
  return files.reduce((sum, file) => (isChecked(file.path) ? sum + file.size : sum), 0);
}
