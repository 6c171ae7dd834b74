import type { Source } from "@starling/client";
import { type MouseEvent, type ReactNode, useRef } from "react";
import { givesHandles, pickFiles } from "../sources/pick.ts";
import { reportFailure } from "../state/notices.ts";

interface FileInputProps {
  /** `folder` opens the dialogue for a whole folder, with everything in it. */
  readonly pick: "files" | "folder";
  readonly look: "primary" | "plain";
  readonly onSources: (sources: readonly Source[]) => void;
  /** Icon and the text that names the input. */
  readonly children: ReactNode;
}

/** A real file input that looks like a button: its label is the text, and focus and keyboard are the browser's own. */
export function FileInput({ pick, look, onSources, children }: FileInputProps) {
  const onClick = useHandles(pick, onSources);
  return (
    <label className={`button button-${look} button-large file-input`}>
      <input
        type="file"
        multiple
        webkitdirectory={pick === "folder" ? "" : undefined}
        onClick={onClick}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // So that the same files can be chosen again.
          currentTarget.value = "";
          if (files.length > 0) onSources(files);
        }}
      />
      {children}
    </label>
  );
}

/**
 * Opens the dialogue that gives handles, where there is one, in place of the input's own. Folders keep the input's: the
 * other refuses Downloads, Documents and the like.
 */
function useHandles(pick: FileInputProps["pick"], onSources: FileInputProps["onSources"]) {
  const refused = useRef(false);
  return (event: MouseEvent<HTMLInputElement>) => {
    if (pick === "folder" || !givesHandles() || refused.current) return;
    event.preventDefault();
    const input = event.currentTarget;
    pickFiles().then((sources) => {
      if (sources !== null) return sources.length > 0 && onSources(sources);
      refused.current = true;
      input.click();
    }, reportFailure);
  };
}
