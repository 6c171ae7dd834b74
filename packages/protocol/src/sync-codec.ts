import { fromHex, toHex } from "./bytes.ts";
import {
  asArray,
  asBoolean,
  asBytes,
  asMap,
  asText,
  asUint,
  type CborEncodable,
  type CborMap,
  type CborValue,
} from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import {
  FINGERPRINT_BYTES,
  ID_BYTES,
  MAX_HELD_VERSIONS,
  MAX_REASON_BYTES,
  MAX_RECORD_LIFE,
  MAX_RECORDS_PAGE,
  SYNC_BUCKETS,
} from "./limits.ts";
import type { OverlayKey } from "./overlay-frames.ts";
import { entries } from "./overlay-nodes.ts";
import { recordFields, recordFromMap } from "./record-codec.ts";
import { boundedBody, mapOfBody } from "./record-question-codec.ts";
import type { BucketDigest, HeldRecord, HeldVersion, SyncMessage } from "./record-questions.ts";

/** bucket u8, count u32, xor 16. */
const DIGEST_BYTES = 5 + FINGERPRINT_BYTES;
const XOR_AT = 5;
/** key 32, fingerprint 16. */
const VERSION_BYTES = ID_BYTES + FINGERPRINT_BYTES;

/** The body of a `sync` frame: a CBOR map; digests and versions are byte strings of fixed entries. @throws RangeError */
export function encodeSync(message: SyncMessage): Uint8Array<ArrayBuffer> {
  return boundedBody(syncFields(message));
}

/** Null: a type that this program does not know. @throws DecodeError */
export function decodeSync(bytes: Uint8Array): SyncMessage | null {
  const map = mapOfBody(bytes);
  const type = asText(map.get("type"), "type", MAX_REASON_BYTES);
  switch (type) {
    case "digests":
      return { type, reply: asBoolean(map.get("reply"), "reply"), digests: unpackDigests(map.get("digests")) };
    case "list":
      return { type, buckets: bucketsOf(map.get("buckets")), versions: unpackVersions(map.get("versions")) };
    case "want":
      return { type, versions: unpackVersions(map.get("versions")) };
    case "records":
      return { type, records: heldRecords(map) };
    default:
      return null;
  }
}

function syncFields(message: SyncMessage): CborEncodable {
  const { type } = message;
  switch (type) {
    case "digests":
      return { type, reply: message.reply, digests: packDigests(message.digests) };
    case "list":
      return { type, buckets: Uint8Array.from(message.buckets), versions: packVersions(message.versions) };
    case "want":
      return { type, versions: packVersions(message.versions) };
    case "records":
      return { type, records: message.records.map(({ record, left }) => ({ record: recordFields(record), left })) };
  }
}

function packDigests(digests: readonly BucketDigest[]): Uint8Array {
  const bytes = new Uint8Array(digests.length * DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { bucket, count, xor }] of digests.entries()) {
    const at = i * DIGEST_BYTES;
    bytes[at] = bucket;
    view.setUint32(at + 1, count);
    bytes.set(xor, at + XOR_AT);
  }
  return bytes;
}

function unpackDigests(value: CborValue | undefined): BucketDigest[] {
  const bytes = entries(value, "digests", DIGEST_BYTES, SYNC_BUCKETS);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const digests = Array.from({ length: bytes.length / DIGEST_BYTES }, (_, i) => {
    const at = i * DIGEST_BYTES;
    const count = view.getUint32(at + 1);
    return { bucket: view.getUint8(at), count, xor: bytes.slice(at + XOR_AT, at + DIGEST_BYTES) };
  });
  checkAscending(digests.map((digest) => digest.bucket));
  if (digests.some((digest) => digest.count === 0)) throw new DecodeError("bad-field", "an empty bucket");
  return digests;
}

function bucketsOf(value: CborValue | undefined): number[] {
  const buckets = [...asBytes(value, "buckets", 0, SYNC_BUCKETS)];
  checkAscending(buckets);
  return buckets;
}

function packVersions(versions: readonly HeldVersion[]): Uint8Array {
  const bytes = new Uint8Array(versions.length * VERSION_BYTES);
  for (const [i, { key, fingerprint }] of versions.entries()) {
    bytes.set(fromHex(key), i * VERSION_BYTES);
    bytes.set(fingerprint, i * VERSION_BYTES + ID_BYTES);
  }
  return bytes;
}

function unpackVersions(value: CborValue | undefined): HeldVersion[] {
  const bytes = entries(value, "versions", VERSION_BYTES, MAX_HELD_VERSIONS);
  return Array.from({ length: bytes.length / VERSION_BYTES }, (_, i) => {
    const at = i * VERSION_BYTES;
    const keyEnd = at + ID_BYTES;
    return {
      key: toHex(bytes.subarray(at, keyEnd)) as OverlayKey,
      fingerprint: bytes.slice(keyEnd, at + VERSION_BYTES),
    };
  });
}

/** Those of types that this program does not know are left out. */
function heldRecords(map: CborMap): HeldRecord[] {
  return asArray(map.get("records"), "records", MAX_RECORDS_PAGE).flatMap((value) => {
    const held = asMap(value, "record");
    const record = recordFromMap(asMap(held.get("record"), "record"));
    const left = asUint(held.get("left"), "left", MAX_RECORD_LIFE);
    return record === null ? [] : [{ record, left }];
  });
}

function checkAscending(buckets: readonly number[]): void {
  if (buckets.some((bucket, i) => i > 0 && bucket <= (buckets[i - 1] ?? 0))) throw new DecodeError("bad-order");
}
