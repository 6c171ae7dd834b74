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
  decodeCborMap,
  encodeCbor,
} from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import {
  ID_BYTES,
  MAX_IMMUTABLE_BYTES,
  MAX_MUTABLE_BYTES,
  MAX_OVERLAY_ITEMS,
  MAX_REASON_BYTES,
  MAX_RECORDS_PAGE,
  MAX_SALT_BYTES,
  MAX_TIME,
  MAX_VALUE_BYTES,
  SIGNATURE_BYTES,
} from "./limits.ts";
import type { OverlayKey } from "./overlay-frames.ts";
import type { OverlayRecord, RecordType } from "./records.ts";

/** A whole encoded record of any type. */
const MAX_RECORD_BYTES = MAX_IMMUTABLE_BYTES + 512;

const VALUE_LIMITS: Readonly<Record<RecordType, number>> = {
  provider: 0,
  topic: 0,
  immutable: MAX_IMMUTABLE_BYTES,
  mutable: MAX_MUTABLE_BYTES,
  value: MAX_VALUE_BYTES,
};

/** CBOR map of the record's own fields; those that are null are left out. @throws RangeError on too large a value. */
export function encodeRecord(record: OverlayRecord): Uint8Array<ArrayBuffer> {
  return encodeCbor(recordFields(record));
}

/**
 * Checks structure and bounds; signature, times and key are for the caller to check. Null: a type that this program
 * does not know.
 * @throws DecodeError
 */
export function decodeRecord(bytes: Uint8Array): OverlayRecord | null {
  if (bytes.length > MAX_RECORD_BYTES) throw new DecodeError("too-large");
  return recordFromMap(decodeCborMap(bytes, MAX_OVERLAY_ITEMS));
}

/** For encoding within another message. @throws RangeError on too large a value. */
export function recordFields(record: OverlayRecord): CborEncodable {
  if ("value" in record && (record.value?.length ?? 0) > VALUE_LIMITS[record.type]) {
    throw new RangeError("value too large");
  }
  switch (record.type) {
    case "immutable": {
      const { type, value } = record;
      return { type, value };
    }
    case "mutable": {
      const { type, publicKey, salt, seq, previous, value, signature } = record;
      return { type, publicKey, salt, seq, previous: previous ?? undefined, value, signature };
    }
    case "value": {
      const { type, key, publicKey, seq, value, signature } = record;
      return { type, key: fromHex(key), publicKey, seq, value: value ?? undefined, signature };
    }
    case "provider":
    case "topic": {
      const { type, key, publicKey, issued, removed, signature } = record;
      return { type, key: fromHex(key), publicKey, issued, removed, signature };
    }
  }
}

/** As {@link decodeRecord}. @throws DecodeError */
export function recordFromMap(map: CborMap): OverlayRecord | null {
  const type = asText(map.get("type"), "type", MAX_REASON_BYTES);
  if (!isRecordType(type)) return null;
  switch (type) {
    case "immutable":
      return { type, value: asBytes(map.get("value"), "value", 0, MAX_IMMUTABLE_BYTES) };
    case "mutable":
      return {
        type,
        publicKey: publicKeyOf(map),
        salt: asBytes(map.get("salt"), "salt", 0, MAX_SALT_BYTES),
        seq: seqOf(map.get("seq"), "seq"),
        previous: optionalBytes(map, "previous", ID_BYTES, ID_BYTES),
        value: asBytes(map.get("value"), "value", 0, MAX_MUTABLE_BYTES),
        signature: signatureOf(map),
      };
    case "value":
      return {
        type,
        key: keyOf(map.get("key")),
        publicKey: publicKeyOf(map),
        seq: seqOf(map.get("seq"), "seq"),
        value: optionalBytes(map, "value", 0, MAX_VALUE_BYTES),
        signature: signatureOf(map),
      };
    case "provider":
    case "topic":
      return {
        type,
        key: keyOf(map.get("key")),
        publicKey: publicKeyOf(map),
        issued: asUint(map.get("issued"), "issued", MAX_TIME),
        removed: asBoolean(map.get("removed"), "removed"),
        signature: signatureOf(map),
      };
  }
}

/** A list of records; those of types that this program does not know are left out. @throws DecodeError */
export function recordsOf(value: CborValue | undefined): readonly OverlayRecord[] {
  return asArray(value, "records", MAX_RECORDS_PAGE)
    .map((each) => recordFromMap(asMap(each, "record")))
    .filter((record) => record !== null);
}

export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(VALUE_LIMITS, type);
}

/** @throws DecodeError unless it has 32 bytes. */
export function keyOf(value: CborValue | undefined): OverlayKey {
  return toHex(asBytes(value, "key", ID_BYTES)) as OverlayKey;
}

/** Sequence numbers begin at 1, so that 0 can mean "none". @throws DecodeError */
export function seqOf(value: CborValue | undefined, what: string): number {
  const seq = asUint(value, what);
  if (seq === 0) throw new DecodeError("bad-field", `${what} is zero`);
  return seq;
}

/** Null if the field is absent. @throws DecodeError */
export function optionalBytes(map: CborMap, what: string, min: number, max: number): Uint8Array | null {
  return map.has(what) ? asBytes(map.get(what), what, min, max) : null;
}

function publicKeyOf(map: CborMap): Uint8Array {
  return asBytes(map.get("publicKey"), "publicKey", ID_BYTES);
}

function signatureOf(map: CborMap): Uint8Array {
  return asBytes(map.get("signature"), "signature", SIGNATURE_BYTES);
}
