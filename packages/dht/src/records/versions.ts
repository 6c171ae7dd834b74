import {
  type NodeId,
  nodeIdOf,
  type OverlayKey,
  type OverlayRecord,
  recordKey,
  recordVersion,
  syncFingerprint,
  toHex,
} from "@starling/protocol";
import { RECORD_OVERHEAD } from "./limits.ts";

/** A record with all that ordering and holding it needs, worked out once. */
export interface Version {
  readonly record: OverlayRecord;
  readonly key: OverlayKey;
  /** Type and, of records that each publisher has its own of, publisher: versions of one slot replace one another. */
  readonly slot: string;
  readonly publisher: NodeId | null;
  /** What the version is told from others by, its signature aside; hex. */
  readonly id: string;
  /** Sequence number; of providers and subscribers the time of signing; 0 of immutable values. */
  readonly rank: number;
  readonly fingerprint: Uint8Array;
  /** The same as hex. */
  readonly mark: string;
  readonly bytes: number;
}

/** What stands in a slot: nothing, a version, or two of one sequence number as proof that their owner equivocated. */
export type Standing = readonly Version[];

export function versionOf(record: OverlayRecord): Version {
  const key = recordKey(record);
  const id = recordVersion(record);
  const fingerprint = syncFingerprint(key, id);
  const publisher = record.type === "immutable" ? null : nodeIdOf(record.publicKey);
  return {
    record,
    key,
    slot: slotOf(record, publisher),
    publisher,
    id: toHex(id),
    rank: rankOf(record),
    fingerprint,
    mark: toHex(fingerprint),
    bytes: bytesOf(record),
  };
}

/**
 * The join of what stands and a version of the same slot. Commutative, associative and idempotent (a semilattice, as in
 * Shapiro et al., "Conflict-free replicated data types", 2011), so holders that have heard the same versions in any
 * order hold the same: the newest; of a mutable value's two or more of one number the two whose ids come first.
 */
export function merge(standing: Standing, version: Version): Standing {
  const first = standing[0];
  if (first === undefined || version.rank > first.rank) return [version];
  if (version.rank < first.rank || standing.some((held) => held.id === version.id)) return standing;
  const ordered = [...standing, version].sort(preferredFirst);
  return ordered.slice(0, version.record.type === "mutable" ? 2 : 1);
}

/** Whether the owner was caught signing two values with one number. */
export function isProof(standing: Standing): boolean {
  return standing.length > 1;
}

/** The number that stands, or null. */
export function standingSeq(standing: Standing): number | null {
  return standing[0]?.rank ?? null;
}

/** Whether both are the same versions. */
export function sameStanding(a: Standing, b: Standing): boolean {
  return a.length === b.length && a.every((version, i) => version.id === b[i]?.id);
}

/** A publisher's tombstone: the slot's earlier versions are gone. */
export function isRemoved(record: OverlayRecord): boolean {
  if (record.type === "provider" || record.type === "topic") return record.removed;
  return record.type === "value" && record.value === null;
}

/** Any order would do as long as all nodes use the same; that removal wins makes it final. */
function preferredFirst(a: Version, b: Version): number {
  const removed = Number(isRemoved(b.record)) - Number(isRemoved(a.record));
  if (removed !== 0) return removed;
  return a.id < b.id ? -1 : 1;
}

function slotOf(record: OverlayRecord, publisher: NodeId | null): string {
  const shared = record.type === "immutable" || record.type === "mutable";
  return shared || publisher === null ? record.type : `${record.type} ${publisher}`;
}

function rankOf(record: OverlayRecord): number {
  switch (record.type) {
    case "provider":
    case "topic":
      return record.issued;
    case "value":
    case "mutable":
      return record.seq;
    case "immutable":
      return 0;
  }
}

function bytesOf(record: OverlayRecord): number {
  const value = "value" in record ? (record.value?.length ?? 0) : 0;
  return RECORD_OVERHEAD + value;
}
