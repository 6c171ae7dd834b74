import { useCallback, useMemo, useState } from "react";
import { buildTree, checkOf, type TreeNode, visibleRows } from "../logic/file-tree.ts";
import type { ShareView } from "../state/share-view.ts";
import { FileRow } from "./file-row.tsx";
import { FolderRow } from "./folder-row.tsx";

/** How a list lets files be chosen; without it the list is for reading. */
export interface FileChoice {
  readonly isChecked: (path: string) => boolean;
  readonly toggle: (paths: readonly string[], checked: boolean) => void;
}

interface FileListProps {
  readonly share: ShareView;
  readonly choice: FileChoice | null;
  /** Whole percent that is here, by path; null where that means nothing (one's own files). */
  readonly percents: ReadonlyMap<string, number> | null;
}

/** What scrolls must be reachable by keyboard, also where it holds nothing that takes the focus. */
const SCROLLS = { tabIndex: 0 };

/** Above this many files folders start closed. */
const CLOSED_ABOVE = 20_000;

/**
 * Files and folders as an indented list. Thousands of rows are fine: the browser lays out only those in view
 * (content-visibility), so all of them stay there for search and for screen readers.
 */
export function FileList({ share, choice, percents }: FileListProps) {
  const tree = useMemo(() => buildTree(share.files, share.folders), [share.files, share.folders]);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => initiallyCollapsed(tree, share.files.length));
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const selection = useMemo(() => new Set(share.selection), [share.selection]);
  const onFold = useCallback((path: string) => setCollapsed((set) => toggled(set, path)), []);
  return (
    <ul className="file-list" aria-label="Files" {...SCROLLS}>
      {rows.map((row) =>
        row.kind === "folder" ? (
          <FolderRow
            key={`${row.path}/`}
            folder={row}
            folded={collapsed.has(row.path)}
            check={choice && checkOf(row.files, choice.isChecked)}
            onFold={onFold}
            onToggle={choice?.toggle}
          />
        ) : (
          <FileRow
            key={row.path}
            shareId={share.id}
            file={row}
            checked={choice ? choice.isChecked(row.path) : null}
            percent={selection.has(row.path) ? (percents?.get(row.path) ?? null) : null}
            onToggle={choice?.toggle}
          />
        ),
      )}
    </ul>
  );
}

function initiallyCollapsed(tree: readonly TreeNode[], files: number): ReadonlySet<string> {
  const folders = files > CLOSED_ABOVE ? tree.filter(({ kind }) => kind === "folder") : [];
  return new Set(folders.map(({ path }) => path));
}

function toggled(set: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(path)) next.add(path);
  return next;
}
