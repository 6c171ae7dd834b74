import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import type { Root } from "../src/ids.ts";
import {
  decodeHopBody,
  decodeReply,
  decodeRoute,
  decodeSourceReply,
  decodeSourceRoute,
  encodeHopBody,
  encodeReply,
  encodeRoute,
  encodeSourceReply,
  encodeSourceRoute,
} from "../src/overlay-bodies.ts";
import { decodeOverlayFrame, encodeOverlayFrame, type OverlayFrame, type OverlayKey } from "../src/overlay-frames.ts";
import {
  type HopMessage,
  OVERLAY,
  type OverlayAnswer,
  type OverlayRequest,
  type ReplyBody,
  type RouteBody,
  type SignedMessage,
  type SourcePath,
} from "../src/overlay-messages.ts";
import { advanceReply, advanceSource, nextReplyHandle, nextSourceHandle, replyPath } from "../src/overlay-paths.ts";
import { decodeRecord, encodeRecord } from "../src/record-codec.ts";
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
import {
  decodeRecordAnswer,
  decodeRecordQuestion,
  encodeRecordAnswer,
  encodeRecordQuestion,
} from "../src/record-question-codec.ts";
import type { RecordAnswer, RecordQuestion, SyncMessage } from "../src/record-questions.ts";
import type { OverlayRecord } from "../src/records.ts";
import { messagePayload } from "../src/signed-messages.ts";
import { decodeSync, encodeSync } from "../src/sync-codec.ts";

interface RecordVector {
  name: string;
  /** Of the signing key; absent for immutable values, as is the payload. */
  seed?: Uint8Array;
  payload?: Uint8Array;
  record: OverlayRecord;
  key: OverlayKey;
  version: Uint8Array;
  fingerprint: Uint8Array;
  encoded: Uint8Array;
}

interface Vectors {
  keys: {
    provider: { root: Root; key: OverlayKey };
    immutable: { value: Uint8Array; key: OverlayKey };
    mutable: { publicKey: Uint8Array; salt: Uint8Array; key: OverlayKey }[];
    value: { name: string; key: OverlayKey }[];
    topic: { name: string; key: OverlayKey }[];
  };
  records: RecordVector[];
  messages: { seed: Uint8Array; message: SignedMessage; payload: Uint8Array }[];
  frames: { frame: OverlayFrame; bytes: Uint8Array }[];
  hop: { message: HopMessage; type: number; body: Uint8Array }[];
  routes: { body: RouteBody; bytes: Uint8Array }[];
  replies: { body: ReplyBody; bytes: Uint8Array }[];
  /** Bodies as they leave the asker and each relay; `cameBy` is the relay's handle of the link that they came by. */
  source: {
    request: OverlayRequest;
    answer: OverlayAnswer;
    route: { path: SourcePath; cameBy: number | null; next: number | null; bytes: Uint8Array }[];
    reply: { path: number[]; next: number | null; bytes: Uint8Array }[];
  };
  questions: { question: RecordQuestion; body: Uint8Array }[];
  answers: { answer: RecordAnswer; body: Uint8Array }[];
  sync: { message: SyncMessage; body: Uint8Array }[];
  refused: Record<
    "frame" | "route" | "reply" | "source-route" | "source-reply" | "record" | "question" | "answer" | "sync",
    Uint8Array[]
  > & { hop: { type: number; body: Uint8Array }[] };
}

const vectors = JSON.parse(
  readFileSync(new URL("../vectors/overlay.json", import.meta.url), "utf8"),
  reviveBytes,
) as Vectors;

/** `{"hex": …}` as bytes. */
function reviveBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("hex" in value)) return value;
  return fromHex(String(value.hex));
}

describe("vectors of the overlay", () => {
  it("give our keys of records", () => {
    const { provider, immutable, mutable, value, topic } = vectors.keys;
    expect(providerKey(provider.root)).toBe(provider.key);
    expect(immutableKey(immutable.value)).toBe(immutable.key);
    for (const { publicKey, salt, key } of mutable) expect(mutableKey(publicKey, salt)).toBe(key);
    for (const { name, key } of value) expect(valueKey(name)).toBe(key);
    for (const { name, key } of topic) expect(topicKey(name)).toBe(key);
  });

  it.each(vectors.records)("give our signature, version and encoding of $name", (vector) => {
    const { seed, payload, record, key, version, fingerprint, encoded } = vector;
    if (record.type !== "immutable" && seed !== undefined) {
      expect(recordSignedPayload(record)).toEqual(payload);
      expect(ed25519.getPublicKey(seed)).toEqual(record.publicKey);
      expect(ed25519.sign(recordSignedPayload(record), seed)).toEqual(record.signature);
    }
    expect(recordKey(record)).toBe(key);
    expect(recordVersion(record)).toEqual(version);
    expect(syncFingerprint(key, version)).toEqual(fingerprint);
    expect(encodeRecord(record)).toEqual(encoded);
    expect(decodeRecord(encoded)).toEqual(record);
  });

  it.each(vectors.messages)("give our signature of a message to a $message.scope", ({ seed, message, payload }) => {
    expect(messagePayload(message)).toEqual(payload);
    expect(ed25519.sign(payload, seed)).toEqual(message.signature);
  });

  it.each(vectors.frames)("give our frame of type $frame.type, both ways", ({ frame, bytes }) => {
    expect(encodeOverlayFrame(frame)).toEqual(bytes);
    expect(decodeOverlayFrame(bytes)).toEqual(frame);
  });

  it.each(vectors.hop)("give our body of $message.type, both ways", ({ message, type, body }) => {
    expect(OVERLAY[message.type]).toBe(type);
    expect(encodeHopBody(message)).toEqual(body);
    expect(decodeHopBody(type, body)).toEqual(message);
  });

  it.each(vectors.routes)("give our recursive request $body.request.kind, both ways", ({ body, bytes }) => {
    expect(encodeRoute(body)).toEqual(bytes);
    expect(decodeRoute(bytes)).toEqual(body);
  });

  it.each(vectors.replies)("give our reply $body.answer.kind, both ways", ({ body, bytes }) => {
    expect(encodeReply(body)).toEqual(bytes);
    expect(decodeReply(bytes)).toEqual(body);
  });

  it("give our source route, from relay to relay", () => {
    const { request, route } = vectors.source;
    for (const [i, { path, cameBy, next, bytes }] of route.entries()) {
      expect(encodeSourceRoute({ path, request })).toEqual(bytes);
      expect(decodeSourceRoute(bytes)).toEqual({ path, request });
      expect(nextSourceHandle(bytes)).toBe(next);
      if (cameBy !== null) expect(advanceSource(bytes, cameBy)).toEqual(route[i + 1]?.bytes);
    }
  });

  it("give our answer to a source route, from relay to relay", () => {
    const { answer, route, reply } = vectors.source;
    const arrived = route.at(-1);
    expect(arrived && replyPath(arrived.path)).toEqual(reply[0]?.path);
    for (const [i, { path, next, bytes }] of reply.entries()) {
      expect(encodeSourceReply({ path, answer })).toEqual(bytes);
      expect(decodeSourceReply(bytes)).toEqual({ path, answer });
      expect(nextReplyHandle(bytes)).toBe(next);
      if (next !== null) expect(advanceReply(bytes)).toEqual(reply[i + 1]?.bytes);
    }
  });

  it.each(vectors.questions)("give our question $question.type, both ways", ({ question, body }) => {
    expect(encodeRecordQuestion(question)).toEqual(body);
    expect(decodeRecordQuestion(body)).toEqual(question);
  });

  it.each(vectors.answers)("give our answer $answer.type, both ways", ({ answer, body }) => {
    expect(encodeRecordAnswer(answer)).toEqual(body);
    expect(decodeRecordAnswer(body)).toEqual(answer);
  });

  it.each(vectors.sync)("give our anti-entropy message $message.type, both ways", ({ message, body }) => {
    expect(encodeSync(message)).toEqual(body);
    expect(decodeSync(body)).toEqual(message);
  });

  it.each([
    ["frame", decodeOverlayFrame],
    ["route", decodeRoute],
    ["reply", decodeReply],
    ["source-route", decodeSourceRoute],
    ["source-reply", decodeSourceReply],
    ["record", decodeRecord],
    ["question", decodeRecordQuestion],
    ["answer", decodeRecordAnswer],
    ["sync", decodeSync],
  ] as const)("list what we refuse as %s", (what, decode) => {
    expect(vectors.refused[what].length).toBeGreaterThan(0);
    for (const bytes of vectors.refused[what]) expect(() => decode(bytes), toHex(bytes)).toThrow(DecodeError);
  });

  it("list what we refuse as a one-hop message", () => {
    expect(vectors.refused.hop.length).toBeGreaterThan(0);
    for (const { type, body } of vectors.refused.hop) {
      expect(() => decodeHopBody(type, body), toHex(body)).toThrow(DecodeError);
    }
  });
});
