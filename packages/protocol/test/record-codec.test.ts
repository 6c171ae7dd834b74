import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex } from "../src/bytes.ts";
import { type CborEncodable, encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import {
  MAX_HELD_VERSIONS,
  MAX_RECORD_BODY,
  MAX_RECORD_LIFE,
  MAX_RECORDS_PAGE,
  PROVIDERS_REPLY,
  SYNC_BUCKETS,
} from "../src/limits.ts";
import { decodeRecord, encodeRecord } from "../src/record-codec.ts";
import {
  decodeRecordAnswer,
  decodeRecordQuestion,
  encodeRecordAnswer,
  encodeRecordQuestion,
} from "../src/record-question-codec.ts";
import type { ImmutableRecord, MutableRecord, ProviderRecord, ValueRecord } from "../src/records.ts";
import { decodeSync, encodeSync } from "../src/sync-codec.ts";
import { key, record, recordAnswer, recordQuestion, syncMessage } from "./overlay-arbitraries.ts";

const RUNS = { numRuns: 400 };
const KEY = "0f".repeat(32) as ProviderRecord["key"];
const publicKey = new Uint8Array(32).fill(2);
const signature = new Uint8Array(64).fill(3);
const token = new Uint8Array(64).fill(4);
const provider: ProviderRecord = { type: "provider", key: KEY, publicKey, issued: 8.64e15, removed: false, signature };
const mutable: MutableRecord = {
  type: "mutable",
  publicKey,
  salt: new Uint8Array(64),
  seq: Number.MAX_SAFE_INTEGER,
  previous: new Uint8Array(32),
  value: new Uint8Array(1024),
  signature,
};
const value: ValueRecord = { type: "value", key: KEY, publicKey, seq: 1, value: new Uint8Array(1024), signature };
const immutable: ImmutableRecord = { type: "immutable", value: new Uint8Array(4096) };

const providerMap = { type: "provider", key: fromHex(KEY), publicKey, issued: 1, removed: false, signature };
const valueMap = { type: "value", key: fromHex(KEY), publicKey, seq: 1, value: new Uint8Array(1), signature };
const mutableMap = { type: "mutable", publicKey, salt: new Uint8Array(0), seq: 1, value: new Uint8Array(1), signature };

describe("records", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(record, (input) => void expect(decodeRecord(encodeRecord(input))).toEqual(input)),
      RUNS,
    );
  });

  it("round-trip at their largest", () => {
    for (const each of [provider, mutable, value, immutable]) expect(decodeRecord(encodeRecord(each))).toEqual(each);
  });

  it("tell a removed value from an empty one, and a first version from a later one", () => {
    const empty: ValueRecord = { ...value, value: new Uint8Array(0) };
    const removed: ValueRecord = { ...value, value: null };
    expect(decodeRecord(encodeRecord(empty))).toEqual(empty);
    expect(decodeRecord(encodeRecord(removed))).toEqual(removed);
    expect(decodeRecord(encodeRecord({ ...mutable, previous: null }))).toEqual({ ...mutable, previous: null });
  });

  it("are not written with a value over the limit of their type", () => {
    const large = new Uint8Array(1025);
    expect(() => encodeRecord({ ...value, value: large })).toThrow(RangeError);
    expect(() => encodeRecord({ ...mutable, value: large })).toThrow(RangeError);
    expect(() => encodeRecord({ ...immutable, value: new Uint8Array(4097) })).toThrow(RangeError);
  });

  it("of an unknown type are ignored, and unknown fields dropped", () => {
    expect(decodeRecord(encodeCbor({ type: "posting", term: "x" }))).toBeNull();
    expect(decodeRecord(encodeCbor({ type: "toString" }))).toBeNull();
    expect(decodeRecord(encodeCbor({ ...providerMap, rating: 5 }))).toEqual({ ...provider, issued: 1 });
  });

  it.each<[string, CborEncodable]>([
    ["no type", { ...providerMap, type: undefined }],
    ["a short key", { ...providerMap, key: new Uint8Array(31) }],
    ["a key in hex", { ...providerMap, key: KEY }],
    ["no public key", { ...providerMap, publicKey: undefined }],
    ["a long signature", { ...providerMap, signature: new Uint8Array(65) }],
    ["a time before 1970", { ...providerMap, issued: -1 }],
    ["a time beyond a Date", { ...providerMap, issued: 8.64e15 + 1 }],
    ["a tombstone of null", { ...providerMap, removed: null }],
    ["a sequence number of zero", { ...valueMap, seq: 0 }],
    ["a value too large", { ...valueMap, value: new Uint8Array(1025) }],
    ["a value of null", { ...valueMap, value: null }],
    ["a salt too long", { ...mutableMap, salt: new Uint8Array(65) }],
    ["no salt", { ...mutableMap, salt: undefined }],
    ["a mutable value too large", { ...mutableMap, value: new Uint8Array(1025) }],
    ["no mutable value", { ...mutableMap, value: undefined }],
    ["a short previous version", { ...mutableMap, previous: new Uint8Array(31) }],
    ["a previous version of null", { ...mutableMap, previous: null }],
    ["an immutable value too large", { type: "immutable", value: new Uint8Array(4097) }],
    ["a list for a map", [1]],
    ["much that is unknown", { ...providerMap, junk: new Uint8Array(5000) }],
  ])("with %s are refused", (_, fields) => {
    expect(() => decodeRecord(encodeCbor(fields))).toThrow(DecodeError);
  });
});

describe("record questions and answers", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(recordQuestion, (input) => {
        expect(decodeRecordQuestion(encodeRecordQuestion(input))).toEqual(input);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(recordAnswer, (input) => void expect(decodeRecordAnswer(encodeRecordAnswer(input))).toEqual(input)),
      RUNS,
    );
  });

  it("tell a put that expects nothing to stand from one that takes anything", () => {
    const put = { type: "put" as const, record: mutable, token };
    expect(decodeRecordQuestion(encodeRecordQuestion({ ...put, expected: null }))).toEqual({ ...put, expected: null });
    expect(decodeRecordQuestion(encodeRecordQuestion(put))).not.toHaveProperty("expected");
  });

  it("have room for two records of each of 20 publishers", () => {
    const records = Array(MAX_RECORDS_PAGE).fill(provider);
    const answer = { type: "records" as const, records, next: token, token };
    expect(MAX_RECORDS_PAGE).toBe(2 * PROVIDERS_REPLY);
    expect(decodeRecordAnswer(encodeRecordAnswer(answer))).toEqual(answer);
    const held = records.map((each) => ({ record: each, left: MAX_RECORD_LIFE }));
    expect(decodeSync(encodeSync({ type: "records", records: held }))).toMatchObject({ records: held });
  });

  it("have room for eight values of the largest size beside cursor and token", () => {
    const answer = { type: "records" as const, records: Array(8).fill(mutable), next: token, token };
    expect(encodeRecordAnswer(answer).length).toBeLessThan(MAX_RECORD_BODY);
  });

  it("are not written beyond 15 KiB", () => {
    const records = Array(4).fill(immutable);
    expect(() => encodeRecordAnswer({ type: "records", records, next: null, token: null })).toThrow(RangeError);
  });

  it("are ignored when of an unknown type or word", () => {
    expect(decodeRecordQuestion(encodeCbor({ type: "gossip" }))).toBeNull();
    expect(decodeRecordQuestion(encodeCbor({ type: "get", key: fromHex(KEY), record: "posting" }))).toBeNull();
    expect(decodeRecordQuestion(encodeCbor({ type: "put", record: { type: "posting" }, token }))).toBeNull();
    expect(decodeRecordAnswer(encodeCbor({ type: "gossip" }))).toBeNull();
    expect(decodeRecordAnswer(encodeCbor({ type: "stored", status: "lost" }))).toBeNull();
  });

  it("leave out records of unknown types from a list", () => {
    const records = [{ type: "posting" }, providerMap];
    expect(decodeRecordAnswer(encodeCbor({ type: "records", records }))).toMatchObject({
      records: [{ type: "provider" }],
    });
    const held = records.map((each) => ({ record: each, left: 1 }));
    expect(decodeSync(encodeCbor({ type: "records", records: held }))).toMatchObject({ records: [{ left: 1 }] });
  });

  it.each<[string, CborEncodable]>([
    ["no key", { type: "token" }],
    ["an empty cursor", { type: "get", key: fromHex(KEY), record: "value", cursor: new Uint8Array(0) }],
    ["a long cursor", { type: "get", key: fromHex(KEY), record: "value", cursor: new Uint8Array(65) }],
    ["no token", { type: "put", record: providerMap }],
    ["a long token", { type: "put", record: providerMap, token: new Uint8Array(65) }],
    ["a bad record", { type: "put", record: { ...providerMap, key: 1 }, token }],
    ["a record of bytes", { type: "put", record: new Uint8Array(9), token }],
    ["a negative expectation", { type: "put", record: providerMap, token, expected: -1 }],
    ["no message", { type: "deliver" }],
  ])("asking with %s are refused", (_, fields) => {
    expect(() => decodeRecordQuestion(encodeCbor(fields))).toThrow(DecodeError);
  });

  it.each<[string, CborEncodable]>([
    ["an empty token", { type: "token", token: new Uint8Array(0), time: 1 }],
    ["41 records", { type: "records", records: Array(MAX_RECORDS_PAGE + 1).fill({ type: "posting" }) }],
    ["a record of null", { type: "records", records: [null] }],
    ["a standing number of zero", { type: "stored", status: "stale", seq: 0 }],
    ["too many receivers", { type: "delivered", count: 65536 }],
  ])("answering with %s are refused", (_, fields) => {
    expect(() => decodeRecordAnswer(encodeCbor(fields))).toThrow(DecodeError);
  });

  it("over 15 KiB are refused unread", () => {
    const large = encodeCbor({ type: "token", key: fromHex(KEY), junk: new Uint8Array(MAX_RECORD_BODY) });
    for (const decode of [decodeRecordQuestion, decodeRecordAnswer, decodeSync]) {
      expect(() => decode(large)).toThrow(DecodeError);
    }
  });
});

describe("anti-entropy messages", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(syncMessage, (input) => void expect(decodeSync(encodeSync(input))).toEqual(input)),
      RUNS,
    );
  });

  it("have room for all buckets, and for 256 versions", () => {
    const xor = new Uint8Array(16);
    const digests = Array.from({ length: SYNC_BUCKETS }, (_, bucket) => ({ bucket, count: 2 ** 32 - 1, xor }));
    expect(decodeSync(encodeSync({ type: "digests", reply: true, digests }))).toMatchObject({ digests });
    const buckets = digests.map(({ bucket }) => bucket);
    const versions = fc
      .sample(key, { numRuns: MAX_HELD_VERSIONS, seed: 1 })
      .map((each) => ({ key: each, fingerprint: xor }));
    expect(decodeSync(encodeSync({ type: "list", buckets, versions }))).toEqual({ type: "list", buckets, versions });
  });

  it("of an unknown type are ignored", () => {
    expect(decodeSync(encodeCbor({ type: "merkle" }))).toBeNull();
  });

  it.each<[string, CborEncodable]>([
    ["no digests", { type: "digests", reply: true }],
    ["half a digest", { type: "digests", reply: true, digests: new Uint8Array(20) }],
    ["an empty bucket", { type: "digests", reply: true, digests: new Uint8Array(21) }],
    ["a bucket twice", { type: "digests", reply: true, digests: new Uint8Array(42).fill(1) }],
    ["too many digests", { type: "digests", reply: true, digests: new Uint8Array(257 * 21) }],
    ["buckets out of order", { type: "list", buckets: Uint8Array.of(2, 1), versions: new Uint8Array(0) }],
    ["too many versions", { type: "want", versions: new Uint8Array(257 * 48) }],
    ["half a version", { type: "want", versions: new Uint8Array(47) }],
    ["no life left to tell", { type: "records", records: [{ record: providerMap }] }],
    ["too long a life", { type: "records", records: [{ record: providerMap, left: MAX_RECORD_LIFE + 1 }] }],
  ])("with %s are refused", (_, fields) => {
    expect(() => decodeSync(encodeCbor(fields))).toThrow(DecodeError);
  });
});
