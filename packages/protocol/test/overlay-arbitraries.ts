import fc from "fast-check";
import { toHex } from "../src/bytes.ts";
import type { NodeId } from "../src/ids.ts";
import type { OverlayFrame, OverlayKey } from "../src/overlay-frames.ts";
import type { HopMessage, OverlayAnswer, OverlayRequest, SignedMessage, SourcePath } from "../src/overlay-messages.ts";
import type { RecordAnswer, RecordQuestion, SyncMessage } from "../src/record-questions.ts";
import type { OverlayRecord } from "../src/records.ts";

/** Every message of the overlay within its limits. */

function bytes(min: number, max: number = min): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: min, maxLength: max });
}

function hex(length: number): fc.Arbitrary<string> {
  return bytes(length).map(toHex);
}

function list<T>(of: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(of, { maxLength });
}

const time = fc.nat({ max: 8.64e15 });
const handle = fc.nat(0xffff);
const publicKey = bytes(32);
const signature = bytes(64);
const seq = fc.maxSafeNat().map((value) => value + (value === 0 ? 1 : 0));
const token = bytes(1, 64);
export const nodeId = hex(32) as fc.Arbitrary<NodeId>;
export const key = hex(32) as fc.Arbitrary<OverlayKey>;

export const frame: fc.Arbitrary<OverlayFrame> = fc.record({
  type: fc.nat(255),
  flags: fc.nat(255),
  ttl: fc.nat(16),
  id: hex(8),
  target: key,
  source: nodeId,
  body: bytes(0, 100),
});

const knownNode = fc.record({ id: nodeId, publicKey });
const linkedNode = fc.record({ id: nodeId, publicKey, handle });

export const hopMessage: fc.Arbitrary<HopMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom("ping", "pong", "leave", "siblings") }),
  fc.record({ type: fc.constant("ack"), taken: fc.boolean() }),
  fc.record({
    type: fc.constant("state"),
    mode: fc.constantFrom("full", "leaf"),
    visibility: fc.constantFrom("visible", "hidden", "frozen"),
    links: fc.nat(0xffff),
    time,
  }),
  fc.record({ type: fc.constant("refuse"), reason: fc.string({ maxLength: 16 }), alternates: list(nodeId, 3) }),
  fc.record({ type: fc.constant("siblings-answer"), nodes: list(knownNode, 16) }),
) as fc.Arbitrary<HopMessage>;

export const signedMessage: fc.Arbitrary<SignedMessage> = fc.record({
  scope: fc.constantFrom("node", "topic"),
  to: key,
  publicKey,
  id: hex(8),
  time,
  payload: bytes(0, 200),
  signature,
});

export const request: fc.Arbitrary<OverlayRequest> = fc.oneof(
  fc.record({ kind: fc.constant("find-node") }),
  fc.record({ kind: fc.constantFrom("record", "carry"), body: bytes(0, 200) }),
  fc.record({ kind: fc.constant("message"), message: signedMessage }),
) as fc.Arbitrary<OverlayRequest>;

export const answer: fc.Arbitrary<OverlayAnswer> = fc.oneof(
  fc.record({ kind: fc.constant("nodes"), self: knownNode, full: fc.boolean(), nodes: list(linkedNode, 8) }),
  fc.record({ kind: fc.constant("record-answer"), from: nodeId, body: bytes(0, 200) }),
  fc.record({ kind: fc.constant("carried") }),
  fc.record({ kind: fc.constant("delivered"), to: nodeId }),
  fc.record({
    kind: fc.constant("failed"),
    reason: fc.constantFrom("stuck", "not-here", "broken-path", "limited", "unwilling"),
  }),
) as fc.Arbitrary<OverlayAnswer>;

export const visited: fc.Arbitrary<string[]> = list(hex(4), 16);
export const replyPath: fc.Arbitrary<number[]> = list(handle, 12);
export const sourcePath: fc.Arbitrary<SourcePath> = list(fc.tuple(handle, handle), 12).chain((pairs) =>
  fc.record({
    at: fc.nat(pairs.length),
    forward: fc.constant(pairs.map(([forward]) => forward)),
    back: fc.constant(pairs.map(([, back]) => back)),
  }),
);

export const record: fc.Arbitrary<OverlayRecord> = fc.oneof(
  fc.record({
    type: fc.constantFrom("provider", "topic"),
    key,
    publicKey,
    issued: time,
    removed: fc.boolean(),
    signature,
  }),
  fc.record({ type: fc.constant("immutable"), value: bytes(0, 4096) }),
  fc.record({
    type: fc.constant("value"),
    key,
    publicKey,
    seq,
    value: fc.option(bytes(0, 1024)),
    signature,
  }),
  fc.record({
    type: fc.constant("mutable"),
    publicKey,
    salt: bytes(0, 64),
    seq,
    previous: fc.option(bytes(32)),
    value: bytes(0, 1024),
    signature,
  }),
) as fc.Arbitrary<OverlayRecord>;

export const recordQuestion: fc.Arbitrary<RecordQuestion> = fc.oneof(
  fc.record({ type: fc.constant("token"), key }),
  fc.record({
    type: fc.constant("get"),
    key,
    record: fc.constantFrom("provider", "immutable", "value", "mutable", "topic"),
    cursor: fc.option(token),
  }),
  fc.record(
    { type: fc.constant("put"), record, token, expected: fc.option(seq) },
    { requiredKeys: ["type", "record", "token"] },
  ),
  fc.record({ type: fc.constant("deliver"), message: signedMessage }),
) as fc.Arbitrary<RecordQuestion>;

export const recordAnswer: fc.Arbitrary<RecordAnswer> = fc.oneof(
  fc.record({ type: fc.constant("token"), token, time }),
  fc.record({
    type: fc.constant("records"),
    records: list(record, 3),
    next: fc.option(token),
    token: fc.option(token),
  }),
  fc.record({
    type: fc.constant("stored"),
    status: fc.constantFrom(
      "stored",
      "stale",
      "conflict",
      "equivocation",
      "bad-token",
      "invalid",
      "not-near",
      "full",
      "limited",
    ),
    seq: fc.option(seq),
  }),
  fc.record({ type: fc.constant("delivered"), count: fc.nat(0xffff) }),
) as fc.Arbitrary<RecordAnswer>;

const buckets = fc.uniqueArray(fc.nat(255), { maxLength: 20 }).map((all) => all.sort((a, b) => a - b));
const versions = list(fc.record({ key, fingerprint: bytes(16) }), 20);

export const syncMessage: fc.Arbitrary<SyncMessage> = fc.oneof(
  buckets.chain((ascending) =>
    fc.record({
      type: fc.constant("digests"),
      reply: fc.boolean(),
      digests: fc.tuple(
        ...ascending.map((bucket) =>
          fc.record({ bucket: fc.constant(bucket), count: fc.integer({ min: 1, max: 2 ** 32 - 1 }), xor: bytes(16) }),
        ),
      ),
    }),
  ),
  fc.record({ type: fc.constant("list"), buckets, versions }),
  fc.record({ type: fc.constant("want"), versions }),
  fc.record({
    type: fc.constant("records"),
    records: list(fc.record({ record, left: fc.nat(7_200_000) }), 3),
  }),
) as fc.Arbitrary<SyncMessage>;
