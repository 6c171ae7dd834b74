import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, toHex, utf8 } from "../src/bytes.ts";
import { type CborEncodable, encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { encodeFrame, FRAME } from "../src/frames.ts";
import { idBytes, nodeIdOf, rootOf } from "../src/ids.ts";
import { joinProof } from "../src/join.ts";
import {
  MANIFEST_CHUNK,
  MAX_CONTROL_FRAME,
  MAX_MANIFEST_BYTES,
  MAX_PIECE_RANGES,
  MAX_PIECES,
  MAX_REQUEST_BLOCKS,
} from "../src/limits.ts";
import { decodeSwarmFrame, encodeSwarmFrame } from "../src/swarm-codec.ts";
import type { BlockRange, PieceSet, SwarmMessage } from "../src/swarm-messages.ts";
import { survivesFuzzing } from "./fuzz.ts";

const share = fc.nat(0xffff);
const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
const blocks: fc.Arbitrary<readonly BlockRange[]> = fc.array(
  fc.tuple(fc.nat(MAX_PIECES - 1), fc.nat(2 ** 21), fc.integer({ min: 1, max: 2 ** 17 })),
  { maxLength: MAX_REQUEST_BLOCKS },
);
const pieces: fc.Arbitrary<PieceSet> = fc.oneof(
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })), { maxLength: 50 })
    .map((gaps) => {
      let end = 0;
      const ranges = gaps.map(([gap, count]) => {
        const first = end + gap;
        end = first + count;
        return [first, count] as const;
      });
      return { ranges };
    }),
  fc.record({ first: fc.nat(1000), bits: fc.uint8Array({ minLength: 1, maxLength: 100 }) }),
);
const samples = fc.array(fc.tuple(fc.nat(0xffffffff), fc.integer()), { maxLength: 256 });
const simple = fc.constantFrom("interested", "notinterested", "choke", "unchoke");
const message: fc.Arbitrary<SwarmMessage> = fc.oneof(
  fc.record({ type: fc.constant("join"), share, tag: id, proof: id }),
  fc.record({ type: fc.constant("leave"), share, tag: id }, { requiredKeys: ["type", "share"] }),
  fc.record(
    { type: fc.constant("manifest-request"), share, offset: fc.nat(MAX_MANIFEST_BYTES), catalog: fc.boolean() },
    { requiredKeys: ["type", "share", "offset"] },
  ),
  fc.record(
    {
      type: fc.constant("manifest"),
      share,
      offset: fc.nat(10_000),
      total: fc.integer({ min: 11_000, max: MAX_MANIFEST_BYTES }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 1000 }),
      catalog: fc.boolean(),
    },
    { requiredKeys: ["type", "share", "offset", "total", "bytes"] },
  ),
  fc.record({ type: fc.constantFrom("have", "donthave"), share, pieces }),
  fc.record({ type: simple, share }),
  fc.record({ type: fc.constant("request"), share, blocks, samples }),
  fc.record({ type: fc.constantFrom("cancel", "reject"), share, blocks }),
  fc.record({ type: fc.constant("peers"), share, ids: fc.array(id, { maxLength: 16 }) }),
) as fc.Arbitrary<SwarmMessage>;

function frameOf(fields: CborEncodable): Uint8Array {
  return encodeFrame(FRAME.swarm, encodeCbor(fields));
}

describe("swarm control frames", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(message, (input) => void expect(decodeSwarmFrame(encodeSwarmFrame(input))).toEqual(input)),
      { numRuns: 500 },
    );
  });

  it("fit the limit at their largest", () => {
    const worst: BlockRange = [MAX_PIECES - 1, 2 ** 22 - 2 ** 17, 2 ** 17];
    const largest: SwarmMessage[] = [
      {
        type: "request",
        share: 65535,
        blocks: Array(MAX_REQUEST_BLOCKS).fill(worst),
        samples: Array(256).fill([2 ** 32 - 1, -(2 ** 32)]),
      },
      {
        type: "manifest",
        share: 65535,
        offset: 2 ** 20,
        total: MAX_MANIFEST_BYTES,
        bytes: new Uint8Array(MANIFEST_CHUNK),
        catalog: true,
      },
      {
        type: "have",
        share: 65535,
        pieces: { ranges: Array.from({ length: MAX_PIECE_RANGES }, (_, i) => [60_000 + 3 * i, 2] as const) },
      },
      { type: "have", share: 65535, pieces: { first: 0, bits: new Uint8Array(MAX_PIECES / 8) } },
    ];
    for (const each of largest) expect(encodeSwarmFrame(each).length).toBeLessThanOrEqual(MAX_CONTROL_FRAME);
  });

  it("ignore unknown types and drop unknown fields", () => {
    expect(decodeSwarmFrame(frameOf({ type: "telepathy", share: 1, strength: 9 }))).toBeNull();
    expect(decodeSwarmFrame(frameOf({ type: "choke", share: 1, ["__proto__"]: { a: 1 }, extra: [] }))).toEqual({
      type: "choke",
      share: 1,
    });
  });

  it.each<[string, CborEncodable]>([
    ["no type", { share: 1 }],
    ["a type that is no text", { type: 1, share: 1 }],
    ["no share", { type: "choke" }],
    ["a share over 16 bits", { type: "choke", share: 65536 }],
    ["a short tag", { type: "join", share: 1, tag: new Uint8Array(31), proof: new Uint8Array(32) }],
    ["a leave's tag of null", { type: "leave", share: 0, tag: null }],
    [
      "a manifest over the limit",
      { type: "manifest", share: 1, offset: 0, total: MAX_MANIFEST_BYTES + 1, bytes: new Uint8Array(1) },
    ],
    ["a chunk beyond the total", { type: "manifest", share: 1, offset: 9, total: 10, bytes: new Uint8Array(2) }],
    ["a catalog that is neither", { type: "manifest-request", share: 1, offset: 0, catalog: 1 }],
    ["an empty chunk", { type: "manifest", share: 1, offset: 9, total: 10, bytes: new Uint8Array(0) }],
    [
      "a chunk over the limit",
      { type: "manifest", share: 1, offset: 0, total: 10 ** 6, bytes: new Uint8Array(MANIFEST_CHUNK + 1) },
    ],
    ["a range of three", { type: "have", share: 1, pieces: { ranges: [[1, 2, 3]] } }],
    ["a range of one", { type: "have", share: 1, pieces: { ranges: [[1]] } }],
    ["a piece beyond any share", { type: "have", share: 1, pieces: { ranges: [[MAX_PIECES, 1]] } }],
    ["no pieces", { type: "have", share: 1, pieces: {} }],
    [
      "too many ranges",
      {
        type: "have",
        share: 1,
        pieces: { ranges: Array.from({ length: MAX_PIECE_RANGES + 1 }, (_, i) => [2 * i, 1]) },
      },
    ],
    ["a block of four", { type: "cancel", share: 1, blocks: [[1, 2, 3, 4]] }],
    ["a block of no length", { type: "request", share: 1, blocks: [[1, 2, 0]], samples: [] }],
    ["a block beyond any piece", { type: "request", share: 1, blocks: [[1, 2 ** 22, 1]], samples: [] }],
    ["a block over the limit", { type: "request", share: 1, blocks: [[1, 0, 2 ** 17 + 1]], samples: [] }],
    ["too many blocks", { type: "reject", share: 1, blocks: Array(MAX_REQUEST_BLOCKS + 1).fill([0, 0, 1]) }],
    ["no samples", { type: "request", share: 1, blocks: [] }],
    ["a delay out of range", { type: "request", share: 1, blocks: [], samples: [[1, 2 ** 33]] }],
    ["a sample of a block sent at no time", { type: "request", share: 1, blocks: [], samples: [[-1, 20]] }],
    ["a sample of one number", { type: "request", share: 1, blocks: [], samples: [[20]] }],
    ["a sample that is a number", { type: "request", share: 1, blocks: [], samples: [20] }],
    ["too many peers", { type: "peers", share: 1, ids: Array(17).fill(new Uint8Array(32)) }],
    ["a map too little", [1, 2]],
  ])("with %s are refused", (_, fields) => {
    expect(() => decodeSwarmFrame(frameOf(fields))).toThrow(DecodeError);
  });

  it("survive random and mutated input", () => {
    const samples = fc
      .sample(message, { numRuns: 30, seed: 1 })
      .map(encodeSwarmFrame)
      .filter((frame) => frame.length < 1500);
    const anyBody = (bytes: Uint8Array) => decodeSwarmFrame(concat(Uint8Array.of(FRAME.swarm), bytes));
    survivesFuzzing(decodeSwarmFrame, samples);
    survivesFuzzing(
      anyBody,
      samples.map((frame) => frame.subarray(1)),
    );
  });

  it("survive the largest frames of one repeated byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      const frame = new Uint8Array(MAX_CONTROL_FRAME).fill(byte);
      frame[0] = FRAME.swarm;
      expect(() => decodeSwarmFrame(frame)).toThrow(DecodeError);
      // In an array that holds them all.
      frame.set([0x99, 0x3f, 0xfc], 1);
      expect(() => decodeSwarmFrame(frame)).toThrow(DecodeError);
    }
  });
});

describe("the proof of a join", () => {
  const claim = {
    root: rootOf(utf8("manifest")),
    sender: nodeIdOf(utf8("a")),
    receiver: nodeIdOf(utf8("b")),
    senderNonce: new Uint8Array(32).fill(1),
    receiverNonce: new Uint8Array(32).fill(2),
  };

  it("is the HMAC that the protocol names", () => {
    const hmac = createHmac("sha256", idBytes(claim.root));
    hmac.update("starling:join").update(idBytes(claim.sender)).update(idBytes(claim.receiver));
    expect(toHex(joinProof(claim))).toBe(hmac.update(claim.senderNonce).update(claim.receiverNonce).digest("hex"));
  });

  it("is not the one of the other direction", () => {
    const { root, sender, receiver, senderNonce, receiverNonce } = claim;
    const reflected = {
      root,
      sender: receiver,
      receiver: sender,
      senderNonce: receiverNonce,
      receiverNonce: senderNonce,
    };
    expect(joinProof(reflected)).not.toEqual(joinProof(claim));
  });
});
