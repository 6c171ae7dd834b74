import { displayName } from "@starling/client";
import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import type { Check, FolderNode } from "../logic/file-tree.ts";
import { formatBytes, formatCount } from "../logic/format.ts";
import { Indent } from "./indent.tsx";

interface FolderRowProps {
  readonly folder: FolderNode;
  readonly folded: boolean;
  readonly check: Check | null;
  readonly onFold: (path: string) => void;
  readonly onToggle: ((paths: readonly string[], checked: boolean) => void) | undefined;
}

export const FolderRow = memo(function FolderRow({ folder, folded, check, onFold, onToggle }: FolderRowProps) {
  const name = displayName(folder.name);
  const empty = folder.files.length === 0;
  const Chevron = folded ? ChevronRight : ChevronDown;
  return (
    <li className="file-row folder-row">
      <Indent depth={folder.depth} />
      {check !== null && !empty && (
        <label className="folder-check">
          <input
            type="checkbox"
            className="checkbox"
            aria-label={`Folder ${name}`}
            checked={check === "all"}
            ref={(input) => {
              if (input) input.indeterminate = check === "some";
            }}
            onChange={(event) => onToggle?.(folder.files, event.currentTarget.checked)}
          />
        </label>
      )}
      <button
        type="button"
        className="folder-button"
        aria-expanded={!folded}
        disabled={folder.children.length === 0}
        title={displayName(folder.path)}
        onClick={() => onFold(folder.path)}
      >
        <Chevron aria-hidden="true" />
        <span className="file-name" dir="auto">
          {name}
        </span>
      </button>
      <span className="file-percent">{empty ? "empty" : formatCount(folder.files.length, "file")}</span>
      <span className="file-size">{empty ? "" : formatBytes(folder.size)}</span>
      <span className="file-actions" />
    </li>
  );
});
