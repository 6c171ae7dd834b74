import { displayName } from "@starling/client";
import { Download, FileText, Image, Play } from "lucide-react";
import { memo, useEffect } from "react";
import type { FileNode } from "../logic/file-tree.ts";
import { formatBytes } from "../logic/format.ts";
import type { MediaKind } from "../logic/media-types.ts";
import { saveOne, showFile } from "../state/actions.ts";
import { saveKey, useApp } from "../state/store.ts";
import { workerReady } from "../streaming/worker-control.ts";
import { Indent } from "./indent.tsx";

interface FileRowProps {
  readonly shareId: string;
  readonly file: FileNode;
  /** Null where files are not for choosing. */
  readonly checked: boolean | null;
  /** Whole percent here, for a file that is wanted; null for others. */
  readonly percent: number | null;
  /** Whether films, sound and pictures may be shown now. */
  readonly showable: boolean;
  readonly onToggle: ((paths: readonly string[], checked: boolean) => void) | undefined;
}

/** Rows are many: plain elements, and a row renders only when its own values change. */
export const FileRow = memo(function FileRow({ shareId, file, checked, percent, showable, onToggle }: FileRowProps) {
  const name = displayName(file.name);
  const here = percent === 100;
  const text = (
    <span className="file-name" dir="auto">
      {name}
    </span>
  );
  return (
    <li className={`file-row ${here ? "file-row-here" : ""}`}>
      <Indent depth={file.depth} />
      {checked === null ? (
        <span className="file-label" title={displayName(file.path)}>
          <FileText className="file-icon" aria-hidden="true" />
          {text}
        </span>
      ) : (
        <label className="file-label" title={displayName(file.path)}>
          <input
            type="checkbox"
            className="checkbox"
            checked={checked}
            disabled={here}
            onChange={(event) => onToggle?.([file.path], event.currentTarget.checked)}
          />
          {text}
        </label>
      )}
      {percent !== null && percent < 100 && (
        <span className={`file-percent ${percent > 0 ? "" : "file-queued"}`}>
          {percent > 0 ? `${percent} %` : "queued"}
        </span>
      )}
      <span className="file-size">{formatBytes(file.size)}</span>
      <span className="file-actions">
        {showable && file.media !== null && (
          <ShowButton shareId={shareId} path={file.path} name={name} kind={file.media} />
        )}
        {here && <SaveButton shareId={shareId} path={file.path} name={name} />}
      </span>
    </li>
  );
});

interface ShowButtonProps {
  readonly shareId: string;
  readonly path: string;
  readonly name: string;
  readonly kind: MediaKind;
}

/** Also before and while the file is fetched: what is shown is fetched first. */
function ShowButton({ shareId, path, name, kind }: ShowButtonProps) {
  useEffect(() => void workerReady(), []);
  const [verb, Icon] = kind === "image" ? (["View", Image] as const) : (["Play", Play] as const);
  return (
    <button
      type="button"
      className="button button-small button-show"
      aria-label={`${verb} ${name}`}
      onClick={() => showFile(shareId, path)}
    >
      <Icon aria-hidden="true" />
      <span className="button-verb">{verb}</span>
    </button>
  );
}

function SaveButton({
  shareId,
  path,
  name,
}: {
  readonly shareId: string;
  readonly path: string;
  readonly name: string;
}) {
  const part = useApp(({ saving }) => saving.get(saveKey(shareId, path)));
  return (
    <button
      type="button"
      className="button button-small button-save"
      aria-label={`Save ${name}`}
      aria-busy={part !== undefined}
      onClick={() => void saveOne(shareId, path)}
    >
      <Download aria-hidden="true" />
      {part === undefined ? <span className="button-verb">Save</span> : `${Math.floor(part * 100)} %`}
    </button>
  );
}
