import type { NodeId, Root } from "@starling/protocol";
import type { ShareRecord } from "@starling/store";
import type { FileInfo, SpeedLimits } from "./api.ts";
import type { Handles } from "./sources.ts";
import { checkLimits, UNLIMITED } from "./speed-limits.ts";

/** What is kept of a share between visits. Only this version of the page reads it, so it may hold browser objects. */
export interface ShareData {
  readonly v: 1;
  readonly created: number;
  readonly mine: boolean;
  title: string;
  /** Null until everything is prepared. */
  root: Root | null;
  /** What is to be prepared; null once the catalog says it. */
  draft: Draft | null;
  /** The link's secret, 32 bytes. */
  readonly secret: Uint8Array;
  /** The secret that the content keys come from: with a password mixed in, if there is one. Null before it is known. */
  unlocked: Uint8Array | null;
  manifest: Uint8Array | null;
  /** Catalog bytes, decrypted. */
  catalog: Uint8Array | null;
  hints: readonly NodeId[];
  /** Paths to fetch; `all` also before the list is known. */
  wanted: readonly string[] | "all";
  paused: boolean;
  limits: SpeedLimits;
  /** Where the content pieces of a share of ours come from: copied into the store, or made from the user's files. */
  keep: "store" | "files";
  /** `keep` is `files` because the store had no room for a copy. */
  noRoom: boolean;
  /** What the browser gave handles for. */
  handles: Handles;
  /** Bytes of blocks received and sent for this share over all visits, as far as they were written down. */
  bytesDownloaded: number;
  bytesUploaded: number;
}

/** What a share of ours will hold. */
export interface Draft {
  readonly files: readonly FileInfo[];
  /** Empty folders. */
  readonly folders: readonly string[];
}

export type StoredShare = ShareRecord<ShareData>;

/** What a share begins with, whether made here or opened from a link. */
export const NEW = {
  v: 1,
  draft: null,
  paused: false,
  limits: UNLIMITED,
  noRoom: false,
  bytesDownloaded: 0,
  bytesUploaded: 0,
} as const;

/** Records of another version, or broken ones, are left alone and not shown. */
export function asStoredShare(record: ShareRecord): StoredShare | null {
  const data = record.data as Partial<ShareData> | null;
  if (data?.v !== 1 || !(data.secret instanceof Uint8Array)) return null;
  return { ...record, data: { ...NEW, ...(data as ShareData), limits: checkLimits(data.limits) } };
}

/** An id for a share of ours; the root is not known yet. */
export function newShareId(): string {
  return crypto.randomUUID();
}

/** The same link opened twice, even in two tabs at once, is one record. */
export function shareIdOf(root: Root): string {
  return root.slice(0, 32);
}
