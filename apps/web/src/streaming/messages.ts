import type { FileAddress } from "./address.ts";

/**
 * What the service worker and the pages of this origin say to each other. The worker asks every page with `open` and a
 * port; each answers on it with `file` or `none`. The worker takes one and says `read`, then `pull` for each chunk.
 */
export const OPEN = "starling:open";

/** Worker to page, with a port. */
export interface OpenMessage extends FileAddress {
  readonly type: typeof OPEN;
}

/** Page to worker, to the worker itself: take this page on. */
export const CLAIM = "starling:claim";

/** Page to worker, on the port. */
export type PageMessage =
  | {
      readonly type: "file";
      /** Bytes. */
      readonly size: number;
      /** As the sharer's browser named it; empty if unknown. */
      readonly mediaType: string;
      /** The page runs the share, so it can fetch what is missing. Else it has the whole file. */
      readonly runs: boolean;
    }
  | { readonly type: "none" }
  | { readonly type: "chunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "end" }
  | { readonly type: "failed" };

/** Worker to page, on the port. `end` exclusive. */
export type WorkerMessage =
  | { readonly type: "read"; readonly start: number; readonly end: number }
  | { readonly type: "pull" }
  | { readonly type: "cancel" };
