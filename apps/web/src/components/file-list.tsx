import { memo, useCallback, useMemo, useState } from "react";
import { useRowWindow } from "../hooks/use-row-window.ts";
import { buildTree, checkOf, type TreeNode, visibleRows } from "../logic/file-tree.ts";
import type { ShareView } from "../state/share-view.ts";
import { FileRow } from "./file-row.tsx";
import { FolderRow } from "./folder-row.tsx";

type IsChecked = (path: string) => boolean;
type Toggle = (paths: readonly string[], checked: boolean) => void;

/** No whole share among these, whose progress changes every frame: the list renders only when its rows may. */
interface FileListProps {
  readonly shareId: string;
  readonly files: ShareView["files"];
  readonly folders: ShareView["folders"];
  readonly selection: ShareView["selection"];
  /** Whole percent that is here, by path; null where that means nothing (one's own files). */
  readonly percents: ReadonlyMap<string, number> | null;
  /** How files are chosen; null in a list for reading. */
  readonly isChecked: IsChecked | null;
  readonly onToggle: Toggle | undefined;
  /** Whether films, sound and pictures may be shown now. */
  readonly showable: boolean;
}

/** What scrolls must be reachable by keyboard, also where it holds nothing that takes the focus. */
const SCROLLS = { tabIndex: 0 };

/** Files and folders as an indented list; of a long one only the rows around the visible part are in the document. */
export const FileList = memo(function FileList({ shareId, files, folders, selection, ...row }: FileListProps) {
  const { percents, isChecked, onToggle, showable } = row;
  const tree = useMemo(() => buildTree(files, folders), [files, folders]);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set<string>());
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const selected = useMemo(() => new Set(selection), [selection]);
  const onFold = useCallback((path: string) => setCollapsed((set) => toggled(set, path)), []);
  const [list, { first, last }] = useRowWindow(rows.length);
  const renderRow = (node: TreeNode) =>
    node.kind === "folder" ? (
      <FolderRow
        key={`${node.path}/`}
        folder={node}
        folded={collapsed.has(node.path)}
        check={isChecked && checkOf(node.files, isChecked)}
        onFold={onFold}
        onToggle={onToggle}
      />
    ) : (
      <FileRow
        key={node.path}
        shareId={shareId}
        file={node}
        checked={isChecked ? isChecked(node.path) : null}
        percent={selected.has(node.path) ? (percents?.get(node.path) ?? null) : null}
        showable={showable}
        onToggle={onToggle}
      />
    );
  return (
    <ul className="file-list" aria-label="Files" ref={list} {...SCROLLS}>
      <Gap rows={first} />
      {rows.slice(first, last).map(renderRow)}
      <Gap rows={Math.max(0, rows.length - last)} />
    </ul>
  );
});

/** Room for rows that are not rendered. */
function Gap({ rows }: { readonly rows: number }) {
  return rows === 0 ? null : <li role="presentation" style={{ height: `calc(${rows} * var(--row))` }} />;
}

function toggled(set: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(path)) next.add(path);
  return next;
}
