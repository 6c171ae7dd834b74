import type { OverlayKey } from "./overlay-frames.ts";

/** What overlay nodes hold for others; all self-certifying or signed. */
export type OverlayRecord = ProviderRecord | ImmutableRecord | ValueRecord | MutableRecord | TopicRecord;
export type RecordType = OverlayRecord["type"];
/** Those with a publisher. */
export type SignedRecord = Exclude<OverlayRecord, ImmutableRecord>;

/** Signed by a provider: it has (some of) the share whose tag is `key`. One per provider and key. */
export interface ProviderRecord {
  readonly type: "provider";
  /** {@link providerKey} of the share's root: the root is not revealed. */
  readonly key: OverlayKey;
  /** Ed25519, 32 bytes; hashes to the provider's node id. */
  readonly publicKey: Uint8Array;
  /** Wall clock at signing, ms since 1970: newer replaces older, and the record's life begins. */
  readonly issued: number;
  /** True: a tombstone; the provider left. */
  readonly removed: boolean;
  readonly signature: Uint8Array;
}

/** Signed by a subscriber: it wants what is published to the topic whose key is `key`. Fields as in {@link ProviderRecord}. */
export interface TopicRecord {
  readonly type: "topic";
  /** {@link topicKey} of the topic's name. */
  readonly key: OverlayKey;
  readonly publicKey: Uint8Array;
  readonly issued: number;
  readonly removed: boolean;
  readonly signature: Uint8Array;
}

/** Bytes under their own hash, as in BEP 44. */
export interface ImmutableRecord {
  readonly type: "immutable";
  /** At most {@link MAX_IMMUTABLE_BYTES}. */
  readonly value: Uint8Array;
}

/** A publisher's value under a name that anybody may publish under. One per publisher and key. */
export interface ValueRecord {
  readonly type: "value";
  /** {@link valueKey} of the name: holders do not learn the name. */
  readonly key: OverlayKey;
  readonly publicKey: Uint8Array;
  /** Grows with each version. */
  readonly seq: number;
  /** At most {@link MAX_VALUE_BYTES}; null is a tombstone: the publisher removed its value. */
  readonly value: Uint8Array | null;
  readonly signature: Uint8Array;
}

/** A value that only the owner of a key pair may replace, as in BEP 44; its key is {@link mutableKey}. */
export interface MutableRecord {
  readonly type: "mutable";
  readonly publicKey: Uint8Array;
  /** At most 64 bytes: tells the values of one owner apart. */
  readonly salt: Uint8Array;
  /** Grows with each version. Two versions of one number prove that the owner equivocated. */
  readonly seq: number;
  /** {@link recordVersion} of the version that this one replaces, 32 bytes; null for the first. */
  readonly previous: Uint8Array | null;
  /** At most {@link MAX_MUTABLE_BYTES}. */
  readonly value: Uint8Array;
  readonly signature: Uint8Array;
}

/** A record before it is signed; of a union, each of its members. */
export type Unsigned<Signed extends SignedRecord> = Signed extends SignedRecord ? Omit<Signed, "signature"> : never;
