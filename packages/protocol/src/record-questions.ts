import type { OverlayKey } from "./overlay-frames.ts";
import type { SignedMessage } from "./overlay-messages.ts";
import type { OverlayRecord, RecordType } from "./records.ts";

/**
 * What is asked of a node about records. Idempotent: the same question may come again. Any may be answered by `stored`
 * with a status that refuses it.
 */
export type RecordQuestion =
  /** A write token for the key, to store with: answered by `token`. */
  | { readonly type: "token"; readonly key: OverlayKey }
  /**
   * Records of one type under the key, newest (providers, subscribers: live ones) first: answered by `records`.
   * `cursor`: null for the first page, else the `next` of the page before, verbatim.
   */
  | {
      readonly type: "get";
      readonly key: OverlayKey;
      readonly record: RecordType;
      readonly cursor: Uint8Array | null;
    }
  /**
   * Asks to hold a record: answered by `stored`. `expected` (compare-and-swap, mutable records): store only if no
   * higher sequence number stands than this, null: only if none stands, absent: any.
   */
  | {
      readonly type: "put";
      readonly record: OverlayRecord;
      readonly token: Uint8Array;
      readonly expected?: number | null;
    }
  /** A topic's message, for the node as a subscriber: answered by `delivered`. Holders do not pass it on. */
  | { readonly type: "deliver"; readonly message: SignedMessage };

export type RecordAnswer =
  /** 1 to 64 bytes, opaque. `time`: wall clock of the holder, ms since 1970. */
  | { readonly type: "token"; readonly token: Uint8Array; readonly time: number }
  /** `next`: where the following page begins, opaque; null: that was all. `token`: as in a `token` answer, if the node would hold the key. */
  | {
      readonly type: "records";
      readonly records: readonly OverlayRecord[];
      readonly next: Uint8Array | null;
      readonly token: Uint8Array | null;
    }
  | { readonly type: "stored"; readonly status: StoreStatus; readonly seq: number | null }
  /** `count`: 1 if the node subscribes to the topic and took the message, now or before, else 0. */
  | { readonly type: "delivered"; readonly count: number };

/** What became of a `put`; `seq` in the answer is the number that stands at the holder, if any does. */
export type StoreStatus =
  /** Held (now or already). */
  | "stored"
  /** A newer version stands. */
  | "stale"
  /** Another version than `expected` stands. */
  | "conflict"
  /** The owner signed two values with this number; both are kept as proof. */
  | "equivocation"
  /** The token is wrong or too old: ask anew. */
  | "bad-token"
  /** The signature or the times do not hold. */
  | "invalid"
  /** The holder is not among the 16 nearest that it knows. */
  | "not-near"
  /** No place under the key, of the publisher, or at the node. */
  | "full"
  /** Too many questions. */
  | "limited";

/** Number and XOR of the versions in one bucket of records (anti-entropy). */
export interface BucketDigest {
  /** First byte of `H(key || version)` ({@link syncFingerprint}). */
  readonly bucket: number;
  readonly count: number;
  /** XOR of the fingerprints, 16 bytes. */
  readonly xor: Uint8Array;
}

/** A version that a sibling holds: the record's key, and its {@link syncFingerprint}. */
export interface HeldVersion {
  readonly key: OverlayKey;
  readonly fingerprint: Uint8Array;
}

/** A record as it passes from holder to holder. */
export interface HeldRecord {
  readonly record: OverlayRecord;
  /** Life that is left to it, ms: passing it on must not prolong it. */
  readonly left: number;
}

/** Anti-entropy between siblings: body of `sync` frames. */
export type SyncMessage =
  /**
   * All buckets that are not empty, of the records whose keys lie where both nodes should hold them. `reply`: answer
   * with your own digests as well.
   */
  | { readonly type: "digests"; readonly reply: boolean; readonly digests: readonly BucketDigest[] }
  /**
   * What the sender holds in `buckets`, at most 256 versions; a longer list comes as several messages, in which the last
   * bucket of one may go on in the next.
   */
  | { readonly type: "list"; readonly buckets: readonly number[]; readonly versions: readonly HeldVersion[] }
  | { readonly type: "want"; readonly versions: readonly HeldVersion[] }
  /** As many as a frame has room for. */
  | { readonly type: "records"; readonly records: readonly HeldRecord[] };
