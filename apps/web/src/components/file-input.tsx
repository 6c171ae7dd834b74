import type { Source } from "@starling/client";
import type { ReactNode } from "react";

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
  return (
    <label className={`button button-${look} button-large file-input`}>
      <input
        type="file"
        multiple
        webkitdirectory={pick === "folder" ? "" : undefined}
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
