import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex, toHex, u64, utf8 } from "../src/bytes.ts";
import { providerTag, rootOf } from "../src/ids.ts";
import type { SignedMessage } from "../src/overlay-messages.ts";
import {
  immutableKey,
  mutableKey,
  providerKey,
  recordKey,
  recordSignedPayload,
  recordVersion,
  syncFingerprint,
  topicKey,
  valueKey,
} from "../src/record-keys.ts";
import type { MutableRecord, ProviderRecord, SignedRecord } from "../src/records.ts";
import { messagePayload } from "../src/signed-messages.ts";
import { record, signedMessage } from "./overlay-arbitraries.ts";

const sha256 = (...parts: Uint8Array[]) =>
  createHash("sha256")
    .update(concat(...parts))
    .digest("hex");
const publicKey = new Uint8Array(32).fill(1);

describe("keys of records", () => {
  it("are the hash of a type prefix and what the record is about", () => {
    const salt = utf8("salt");
    expect(immutableKey(salt)).toBe(sha256(utf8("starling:immutable"), salt));
    expect(mutableKey(publicKey, salt)).toBe(sha256(utf8("starling:mutable"), publicKey, salt));
    expect(valueKey("name")).toBe(sha256(utf8("starling:valuename")));
    expect(topicKey("näme")).toBe(sha256(utf8("starling:topicnäme")));
  });

  it("of providers are the share's tag", () => {
    const root = rootOf(utf8("manifest"));
    expect(providerKey(root)).toBe(toHex(providerTag(root)));
  });

  it("follow from an immutable value and a mutable record's owner and salt, and are named by the others", () => {
    const [value, owned] = [utf8("x"), utf8("y")];
    const mutable = { type: "mutable", publicKey, salt: owned } as MutableRecord;
    expect(recordKey({ type: "immutable", value })).toBe(immutableKey(value));
    expect(recordKey(mutable)).toBe(mutableKey(publicKey, owned));
    fc.assert(
      fc.property(record, (each) => {
        if ("key" in each) expect(recordKey(each)).toBe(each.key);
      }),
    );
  });
});

describe("what a record's signature covers", () => {
  it("is every field but the signature, and the type", () => {
    fc.assert(
      fc.property(record, (each) => {
        if (each.type === "immutable") return;
        const payload = toHex(recordSignedPayload(each));
        const resigned: SignedRecord = { ...each, signature: new Uint8Array(64) };
        expect(toHex(recordSignedPayload(resigned))).toBe(payload);
        for (const other of variants(each)) expect(toHex(recordSignedPayload(other))).not.toBe(payload);
      }),
      { numRuns: 300 },
    );
  });

  it("is written as the protocol says", () => {
    const key = "ab".repeat(32) as ProviderRecord["key"];
    const covered = (domain: string, ...parts: Uint8Array[]) => {
      const payload = concat(...parts);
      return concat(
        Uint8Array.of(0, 0, 0, domain.length),
        utf8(domain),
        Uint8Array.of(0, 0, 0, payload.length),
        payload,
      );
    };
    const [yes, no, signature] = [Uint8Array.of(1), Uint8Array.of(0), new Uint8Array(64)];
    const about = { key, publicKey, signature };
    for (const type of ["provider", "topic"] as const) {
      expect(recordSignedPayload({ type, ...about, issued: 2 ** 33 + 5, removed: true })).toEqual(
        covered(`starling:record:${type}`, publicKey, fromHex(key), Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 5), yes),
      );
    }
    const value = utf8("v");
    expect(recordSignedPayload({ type: "value", ...about, seq: 7, value })).toEqual(
      covered("starling:record:value", publicKey, fromHex(key), u64(7), yes, value),
    );
    expect(recordSignedPayload({ type: "value", ...about, seq: 7, value: null })).toEqual(
      covered("starling:record:value", publicKey, fromHex(key), u64(7), no),
    );
    const salt = utf8("salt");
    const first = { type: "mutable" as const, publicKey, salt, seq: 1, previous: null, value };
    expect(recordSignedPayload(first)).toEqual(
      covered("starling:record:mutable", publicKey, Uint8Array.of(4), salt, u64(1), no, value),
    );
    const previous = new Uint8Array(32).fill(9);
    expect(recordSignedPayload({ ...first, previous })).toEqual(
      covered("starling:record:mutable", publicKey, Uint8Array.of(4), salt, u64(1), yes, previous, value),
    );
  });
});

describe("versions of records", () => {
  it("do not depend on the signature", () => {
    fc.assert(
      fc.property(record, (each) => {
        if (each.type === "immutable") return;
        expect(recordVersion({ ...each, signature: new Uint8Array(64) })).toEqual(recordVersion(each));
        for (const other of variants(each)) expect(recordVersion(other)).not.toEqual(recordVersion(each));
      }),
      { numRuns: 200 },
    );
  });

  it("of an immutable value are its key", () => {
    expect(toHex(recordVersion({ type: "immutable", value: publicKey }))).toBe(immutableKey(publicKey));
  });

  it("have a fingerprint of 16 bytes that depends on the key too", () => {
    const version = new Uint8Array(32).fill(4);
    const key = immutableKey(version);
    expect(toHex(syncFingerprint(key, version))).toBe(sha256(fromHex(key), version).slice(0, 32));
    expect(syncFingerprint(topicKey("t"), version)).not.toEqual(syncFingerprint(key, version));
  });
});

describe("what a message's signature covers", () => {
  it("is every field but the signature", () => {
    fc.assert(
      fc.property(signedMessage, (message) => {
        const payload = messagePayload(message);
        const changes: Partial<SignedMessage>[] = [
          { scope: message.scope === "node" ? "topic" : "node" },
          { to: flipHex(message.to) as SignedMessage["to"] },
          { publicKey: flip(message.publicKey) },
          { id: flipHex(message.id) },
          { time: message.time + 1 },
          { payload: concat(message.payload, Uint8Array.of(0)) },
        ];
        for (const change of changes) expect(messagePayload({ ...message, ...change })).not.toEqual(payload);
        expect(messagePayload({ ...message, signature: flip(message.signature) } as SignedMessage)).toEqual(payload);
      }),
      { numRuns: 100 },
    );
  });
});

/** The record with one field changed each. */
function variants(each: SignedRecord): SignedRecord[] {
  const owner = { ...each, publicKey: flip(each.publicKey) };
  switch (each.type) {
    case "provider":
    case "topic":
      return [
        owner,
        { ...each, type: each.type === "topic" ? "provider" : "topic" },
        { ...each, key: flipHex(each.key) as typeof each.key },
        { ...each, issued: each.issued + 1 },
        { ...each, removed: !each.removed },
      ];
    case "value":
      return [
        owner,
        { ...each, key: flipHex(each.key) as typeof each.key },
        { ...each, seq: each.seq - 1 },
        { ...each, value: each.value === null ? new Uint8Array(0) : null },
        { ...each, value: concat(each.value ?? new Uint8Array(0), Uint8Array.of(0)) },
      ];
    case "mutable":
      return [
        owner,
        { ...each, salt: concat(each.salt, Uint8Array.of(0)) },
        { ...each, seq: each.seq - 1 },
        { ...each, previous: each.previous === null ? new Uint8Array(32) : null },
        { ...each, value: concat(each.value, Uint8Array.of(0)) },
      ];
  }
}

function flip(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
}

function flipHex(hex: string): string {
  return toHex(flip(fromHex(hex)));
}
