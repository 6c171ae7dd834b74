import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toHex, u32, utf8 } from "../src/bytes.ts";
import { type CborEncodable, encodeCbor } from "../src/cbor.ts";
import {
  decodeAcceptBody,
  decodeCandidatesBody,
  decodeDescriptionBody,
  decodeIntentBody,
  decodeRefuseBody,
  encodeAcceptBody,
  encodeCandidatesBody,
  encodeDescriptionBody,
  encodeIntentBody,
  encodeRefuseBody,
} from "../src/connect-bodies.ts";
import {
  connectPayload,
  decodeConnectMessage,
  encodeConnectMessage,
  messageHash,
  NO_MESSAGE_HASH,
} from "../src/connect-messages.ts";
import { DecodeError } from "../src/errors.ts";
import { idBytes, nodeIdFromBytes, nodeIdOf } from "../src/ids.ts";
import { MAX_CANDIDATE_BYTES, MAX_CANDIDATES, MAX_CONNECT_MESSAGE, MAX_SDP_BYTES } from "../src/limits.ts";
import { SEAL_OVERHEAD } from "../src/seal.ts";
import { signedPayload } from "../src/signed.ts";
import { survivesFuzzing } from "./fuzz.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const type = fc.constantFrom("intent", "accept", "refuse", "offer", "answer", "candidates");
const envelope = fc.record({
  type,
  session: bytes(16).map(toHex),
  body: fc.uint8Array({ maxLength: 500 }),
  signature: bytes(64),
});
const keys = { publicKey: bytes(32), boxKey: bytes(32), nonce: bytes(32) };
const candidate = fc.record({
  candidate: fc.string({ maxLength: 100 }),
  sdpMid: fc.option(fc.constantFrom("0", "data")),
  sdpMLineIndex: fc.option(fc.nat(3)),
});
const key = new Uint8Array(32).fill(1);
const accept = { publicKey: key, boxKey: key, nonce: key };

describe("signed payloads", () => {
  it("separate domain and payload by their lengths", () => {
    expect(signedPayload("ab", Uint8Array.of(7))).toEqual(concat(u32(2), utf8("ab"), u32(1), Uint8Array.of(7)));
    expect(signedPayload("a", utf8("b"))).not.toEqual(signedPayload("ab", utf8("")));
  });
});

describe("connection messages", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(envelope, (input) => void expect(decodeConnectMessage(encodeConnectMessage(input))).toEqual(input)),
    );
  });

  it("are ignored in another version or of an unknown type", () => {
    const fields = { v: 1, type: "intent", session: new Uint8Array(16), body: key, signature: new Uint8Array(64) };
    expect(decodeConnectMessage(encodeCbor(fields))).not.toBeNull();
    expect(decodeConnectMessage(encodeCbor({ ...fields, extra: 1 }))).not.toHaveProperty("extra");
    expect(decodeConnectMessage(encodeCbor({ ...fields, v: 2 }))).toBeNull();
    expect(decodeConnectMessage(encodeCbor({ ...fields, type: "wave" }))).toBeNull();
  });

  it.each<[string, CborEncodable]>([
    [
      "a short session",
      { v: 1, type: "intent", session: new Uint8Array(15), body: key, signature: new Uint8Array(64) },
    ],
    [
      "a short signature",
      { v: 1, type: "intent", session: new Uint8Array(16), body: key, signature: new Uint8Array(63) },
    ],
    ["no body", { v: 1, type: "intent", session: new Uint8Array(16), signature: new Uint8Array(64) }],
    ["no version", { type: "intent", session: new Uint8Array(16), body: key, signature: new Uint8Array(64) }],
  ])("with %s are refused", (_, fields) => {
    expect(() => decodeConnectMessage(encodeCbor(fields))).toThrow(DecodeError);
  });

  it("stay within the limit", () => {
    const message = { type: "offer", session: "00".repeat(16), signature: new Uint8Array(64) } as const;
    expect(() => encodeConnectMessage({ ...message, body: new Uint8Array(MAX_CONNECT_MESSAGE) })).toThrow(RangeError);
    expect(() => decodeConnectMessage(new Uint8Array(MAX_CONNECT_MESSAGE + 1))).toThrow(DecodeError);
    const description = encodeDescriptionBody({ sdp: "x".repeat(MAX_SDP_BYTES) });
    const full = { candidate: "x".repeat(MAX_CANDIDATE_BYTES), sdpMid: "x".repeat(32), sdpMLineIndex: 65535 };
    const candidates = encodeCandidatesBody({ candidates: Array(MAX_CANDIDATES).fill(full) });
    for (const largest of [description, candidates]) {
      const body = new Uint8Array(largest.length + SEAL_OVERHEAD);
      expect(() => encodeConnectMessage({ ...message, body })).not.toThrow();
    }
  });

  it("survive random and mutated input", () => {
    const samples = fc.sample(envelope, { numRuns: 10, seed: 1 }).map(encodeConnectMessage);
    survivesFuzzing(decodeConnectMessage, samples);
  });
});

describe("the payload of a connection message's signature", () => {
  const claim = {
    from: nodeIdOf(utf8("a")),
    to: nodeIdOf(utf8("b")),
    session: "0123456789abcdef0123456789abcdef",
    type: "intent",
    bodyHash: messageHash(utf8("body")),
    answersHash: NO_MESSAGE_HASH,
  } as const;

  it("names domain, both ends, session, body and the message answered", () => {
    const payload = concat(
      idBytes(claim.from),
      idBytes(claim.to),
      Buffer.from(claim.session, "hex"),
      claim.bodyHash,
      new Uint8Array(32),
    );
    expect(connectPayload(claim)).toEqual(signedPayload("starling:connect:intent", payload));
    expect(toHex(claim.bodyHash)).toBe(createHash("sha256").update("body").digest("hex"));
  });

  it("differs in each part", () => {
    const other = "ff".repeat(32);
    const variants = [
      claim,
      { ...claim, from: claim.to },
      { ...claim, to: claim.from },
      { ...claim, session: other.slice(32) },
      { ...claim, type: "accept" as const },
      { ...claim, bodyHash: Buffer.from(other, "hex") },
      { ...claim, answersHash: Buffer.from(other, "hex") },
    ];
    expect(new Set(variants.map((each) => toHex(connectPayload(each)))).size).toBe(variants.length);
  });
});

describe("bodies of connection messages", () => {
  it("round-trip", () => {
    const intent = fc.record({ purpose: fc.constantFrom("link", "lane"), ...keys });
    const refuse = fc.record({
      publicKey: keys.publicKey,
      reason: fc.string({ maxLength: 16 }),
      alternates: fc.array(bytes(32).map(nodeIdFromBytes), { maxLength: 3 }),
    });
    const candidates = fc.record({ candidates: fc.array(candidate, { minLength: 1, maxLength: 16 }) });
    fc.assert(fc.property(intent, (body) => void expect(decodeIntentBody(encodeIntentBody(body))).toEqual(body)));
    fc.assert(
      fc.property(fc.record(keys), (body) => void expect(decodeAcceptBody(encodeAcceptBody(body))).toEqual(body)),
    );
    fc.assert(fc.property(refuse, (body) => void expect(decodeRefuseBody(encodeRefuseBody(body))).toEqual(body)));
    fc.assert(
      fc.property(candidates, (body) => void expect(decodeCandidatesBody(encodeCandidatesBody(body))).toEqual(body)),
    );
    const sdp = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(
        sdp,
        (text) => void expect(decodeDescriptionBody(encodeDescriptionBody({ sdp: text }))).toEqual({ sdp: text }),
      ),
    );
  });

  it("of an intent with an unknown purpose are told apart from malformed ones", () => {
    expect(decodeIntentBody(encodeCbor({ purpose: "chat", ...accept }))).toBeNull();
    expect(() => decodeIntentBody(encodeCbor({ purpose: "chat", ...accept, nonce: 1 }))).toThrow(DecodeError);
  });

  it("over their limits are refused", () => {
    const long = { candidate: "x".repeat(MAX_CANDIDATE_BYTES + 1), sdpMid: null, sdpMLineIndex: null };
    const ids = Array(4).fill(nodeIdOf(key));
    expect(() => decodeDescriptionBody(encodeDescriptionBody({ sdp: "x".repeat(MAX_SDP_BYTES + 1) }))).toThrow(
      DecodeError,
    );
    expect(() => decodeCandidatesBody(encodeCandidatesBody({ candidates: [] }))).toThrow(DecodeError);
    expect(() => decodeCandidatesBody(encodeCandidatesBody({ candidates: [long] }))).toThrow(DecodeError);
    expect(() =>
      decodeCandidatesBody(encodeCandidatesBody({ candidates: Array(17).fill({ ...long, candidate: "" }) })),
    ).toThrow(DecodeError);
    expect(() => decodeRefuseBody(encodeRefuseBody({ publicKey: key, reason: "", alternates: ids }))).toThrow(
      DecodeError,
    );
    expect(() =>
      decodeRefuseBody(encodeRefuseBody({ publicKey: key, reason: "x".repeat(65), alternates: [] })),
    ).toThrow(DecodeError);
    expect(() => decodeAcceptBody(new Uint8Array(MAX_CONNECT_MESSAGE + 1))).toThrow(DecodeError);
  });

  it.each<[string, (bytes: Uint8Array) => unknown, Uint8Array]>([
    ["intent", decodeIntentBody, encodeIntentBody({ purpose: "link", ...accept })],
    ["accept", decodeAcceptBody, encodeAcceptBody(accept)],
    ["refuse", decodeRefuseBody, encodeRefuseBody({ publicKey: key, reason: "full", alternates: [nodeIdOf(key)] })],
    ["offer", decodeDescriptionBody, encodeDescriptionBody({ sdp: "v=0\r\n" })],
    [
      "candidates",
      decodeCandidatesBody,
      encodeCandidatesBody({
        candidates: [{ candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 }],
      }),
    ],
  ])("of %s survive random and mutated input", (_, decode, sample) => {
    survivesFuzzing(decode, [sample]);
  });
});
