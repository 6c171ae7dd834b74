// What browsers have and the type libraries lack.
import type { Client } from "@starling/client";

declare module "react" {
  interface InputHTMLAttributes<T> {
    /** Non-standard but in every browser: the dialogue picks a folder. */
    webkitdirectory?: string | undefined;
  }
}

declare global {
  interface DataTransferItem {
    /** File System Access; Chromium only. https://wicg.github.io/file-system-access/#drag-and-drop */
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
  interface Window {
    /** File System Access; Chromium only. Rejects with AbortError when nothing is chosen. */
    showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
    /** The scripting API, set once identity and saved shares are loaded. */
    starling?: Client;
  }
}
