import { fromHex } from "./bytes.ts";
import { asBytes, asMap, asText, asUint, type CborEncodable, type CborMap, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import {
  MAX_CURSOR_BYTES,
  MAX_OVERLAY_ITEMS,
  MAX_REASON_BYTES,
  MAX_RECORD_BODY,
  MAX_TIME,
  MAX_TOKEN_BYTES,
} from "./limits.ts";
import { isRecordType, keyOf, optionalBytes, recordFields, recordFromMap, recordsOf, seqOf } from "./record-codec.ts";
import type { RecordAnswer, RecordQuestion, StoreStatus } from "./record-questions.ts";
import { messageFields, messageFromMap } from "./signed-messages.ts";

/** Receivers of one message that an answer may count. */
const MAX_DELIVERED = 0xffff;
const STATUSES: ReadonlySet<string> = new Set<StoreStatus>([
  "stored",
  "stale",
  "conflict",
  "equivocation",
  "bad-token",
  "invalid",
  "not-near",
  "full",
  "limited",
]);

/** CBOR map of the question's own fields; a cursor of null is left out, an `expected` of null is 0. @throws RangeError */
export function encodeRecordQuestion(question: RecordQuestion): Uint8Array<ArrayBuffer> {
  return boundedBody(questionFields(question));
}

/** Null: a type or word that this program does not know. @throws DecodeError */
export function decodeRecordQuestion(bytes: Uint8Array): RecordQuestion | null {
  const map = mapOfBody(bytes);
  const type = asText(map.get("type"), "type", MAX_REASON_BYTES);
  switch (type) {
    case "token":
      return { type, key: keyOf(map.get("key")) };
    case "get":
      return getOf(map);
    case "put":
      return putOf(map);
    case "deliver":
      return deliverOf(map);
    default:
      return null;
  }
}

/** CBOR map of the answer's own fields; those that are null are left out. @throws RangeError beyond {@link MAX_RECORD_BODY}. */
export function encodeRecordAnswer(answer: RecordAnswer): Uint8Array<ArrayBuffer> {
  return boundedBody(answerFields(answer));
}

/** Null: a type or word that this program does not know; nothing was answered. @throws DecodeError */
export function decodeRecordAnswer(bytes: Uint8Array): RecordAnswer | null {
  const map = mapOfBody(bytes);
  const type = asText(map.get("type"), "type", MAX_REASON_BYTES);
  switch (type) {
    case "token":
      return {
        type,
        token: asBytes(map.get("token"), "token", 1, MAX_TOKEN_BYTES),
        time: asUint(map.get("time"), "time", MAX_TIME),
      };
    case "records":
      return {
        type,
        records: recordsOf(map.get("records")),
        next: optionalBytes(map, "next", 1, MAX_CURSOR_BYTES),
        token: optionalBytes(map, "token", 1, MAX_TOKEN_BYTES),
      };
    case "stored":
      return storedOf(map);
    case "delivered":
      return { type, count: asUint(map.get("count"), "count", MAX_DELIVERED) };
    default:
      return null;
  }
}

/** @throws RangeError beyond {@link MAX_RECORD_BODY}. */
export function boundedBody(fields: CborEncodable): Uint8Array<ArrayBuffer> {
  const bytes = encodeCbor(fields);
  if (bytes.length > MAX_RECORD_BODY) throw new RangeError("record message too large");
  return bytes;
}

/** @throws DecodeError */
export function mapOfBody(bytes: Uint8Array): CborMap {
  if (bytes.length > MAX_RECORD_BODY) throw new DecodeError("too-large");
  return decodeCborMap(bytes, MAX_OVERLAY_ITEMS);
}

function questionFields(question: RecordQuestion): CborEncodable {
  const { type } = question;
  switch (type) {
    case "token":
      return { type, key: fromHex(question.key) };
    case "get": {
      const { key, record, cursor } = question;
      return { type, key: fromHex(key), record, cursor: cursor ?? undefined };
    }
    case "put": {
      const { record, token, expected } = question;
      return { type, record: recordFields(record), token, expected: expected === null ? 0 : expected };
    }
    case "deliver":
      return { type, message: messageFields(question.message) };
  }
}

function answerFields(answer: RecordAnswer): CborEncodable {
  const { type } = answer;
  switch (type) {
    case "token":
      return { type, token: answer.token, time: answer.time };
    case "records": {
      const { records, next, token } = answer;
      return { type, records: records.map(recordFields), next: next ?? undefined, token: token ?? undefined };
    }
    case "stored":
      return { type, status: answer.status, seq: answer.seq ?? undefined };
    case "delivered":
      return { type, count: answer.count };
  }
}

function getOf(map: CborMap): RecordQuestion | null {
  const key = keyOf(map.get("key"));
  const record = asText(map.get("record"), "record", MAX_REASON_BYTES);
  const cursor = optionalBytes(map, "cursor", 1, MAX_CURSOR_BYTES);
  return isRecordType(record) ? { type: "get", key, record, cursor } : null;
}

function putOf(map: CborMap): RecordQuestion | null {
  const record = recordFromMap(asMap(map.get("record"), "record"));
  const token = asBytes(map.get("token"), "token", 1, MAX_TOKEN_BYTES);
  const put = record === null ? null : { type: "put" as const, record, token };
  if (put === null || !map.has("expected")) return put;
  const expected = asUint(map.get("expected"), "expected");
  return { ...put, expected: expected === 0 ? null : expected };
}

function deliverOf(map: CborMap): RecordQuestion | null {
  const message = messageFromMap(asMap(map.get("message"), "message"));
  return message === null ? null : { type: "deliver", message };
}

function storedOf(map: CborMap): RecordAnswer | null {
  const status = asText(map.get("status"), "status", MAX_REASON_BYTES);
  const seq = map.has("seq") ? seqOf(map.get("seq"), "seq") : null;
  return isStatus(status) ? { type: "stored", status, seq } : null;
}

function isStatus(text: string): text is StoreStatus {
  return STATUSES.has(text);
}
