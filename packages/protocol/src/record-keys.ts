import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex, u64, utf8 } from "./bytes.ts";
import { providerTag, type Root } from "./ids.ts";
import { FINGERPRINT_BYTES } from "./limits.ts";
import type { OverlayKey } from "./overlay-frames.ts";
import type { MutableRecord, OverlayRecord, SignedRecord, Unsigned, ValueRecord } from "./records.ts";
import { signedPayload } from "./signed.ts";

/*
 * Where records live, H(type prefix || what they are about), and what their signatures cover. No prefix begins another,
 * so no key serves two types.
 */

const IMMUTABLE_PREFIX = utf8("starling:immutable");
const MUTABLE_PREFIX = utf8("starling:mutable");
const VALUE_PREFIX = utf8("starling:value");
const TOPIC_PREFIX = utf8("starling:topic");
const NO = Uint8Array.of(0);
const YES = Uint8Array.of(1);

/** Key of the providers of a share: its {@link providerTag}. */
export function providerKey(root: Root): OverlayKey {
  return toHex(providerTag(root)) as OverlayKey;
}

export function immutableKey(value: Uint8Array): OverlayKey {
  return hashKey(IMMUTABLE_PREFIX, value);
}

/** @param publicKey 32 bytes, so that where the salt begins is certain. */
export function mutableKey(publicKey: Uint8Array, salt: Uint8Array): OverlayKey {
  return hashKey(MUTABLE_PREFIX, publicKey, salt);
}

/** @param name at most {@link MAX_NAME_BYTES}, which its user checks. Names are compared byte by byte. */
export function valueKey(name: string): OverlayKey {
  return hashKey(VALUE_PREFIX, utf8(name));
}

/** @param name as for {@link valueKey}. */
export function topicKey(name: string): OverlayKey {
  return hashKey(TOPIC_PREFIX, utf8(name));
}

/** The key that a record belongs under. */
export function recordKey(record: OverlayRecord): OverlayKey {
  if (record.type === "immutable") return immutableKey(record.value);
  return record.type === "mutable" ? mutableKey(record.publicKey, record.salt) : record.key;
}

/** The bytes to sign or verify for a record. */
export function recordSignedPayload(record: Unsigned<SignedRecord>): Uint8Array<ArrayBuffer> {
  return signedPayload(`starling:record:${record.type}`, concat(record.publicKey, signedFields(record)));
}

/**
 * Names one version of what is under a key, 32 bytes: H of the signed bytes, so that another signature of the same
 * version is no other version; the key itself for an immutable record.
 */
export function recordVersion(record: OverlayRecord): Uint8Array {
  return record.type === "immutable" ? fromHex(immutableKey(record.value)) : sha256(recordSignedPayload(record));
}

/** Anti-entropy knows a version by the first 16 bytes of H(key || version); their first byte is its bucket. */
export function syncFingerprint(key: OverlayKey, version: Uint8Array): Uint8Array {
  return sha256(concat(fromHex(key), version)).slice(0, FINGERPRINT_BYTES);
}

function signedFields(record: Unsigned<SignedRecord>): Uint8Array {
  switch (record.type) {
    case "provider":
    case "topic":
      return concat(fromHex(record.key), u64(record.issued), record.removed ? YES : NO);
    case "value":
      return valueFields(record);
    case "mutable":
      return mutableFields(record);
  }
}

function valueFields({ key, seq, value }: Unsigned<ValueRecord>): Uint8Array {
  return concat(fromHex(key), u64(seq), value === null ? NO : concat(YES, value));
}

function mutableFields({ salt, seq, previous, value }: Unsigned<MutableRecord>): Uint8Array {
  const replaced = previous === null ? NO : concat(YES, previous);
  return concat(Uint8Array.of(salt.length), salt, u64(seq), replaced, value);
}

function hashKey(...parts: readonly Uint8Array[]): OverlayKey {
  return toHex(sha256(concat(...parts))) as OverlayKey;
}
