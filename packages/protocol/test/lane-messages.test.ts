import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, decodeLaneFrame, encodeCbor, encodeFrame, encodeLaneFrame, FRAME } from "../src/index.ts";

const lane = fc.integer({ min: 1, max: 3 });
const message = fc.oneof(
  fc.record({
    type: fc.constantFrom("offer" as const, "answer" as const),
    lane,
    sdp: fc.string({ minLength: 1, maxLength: 500 }),
  }),
  fc.record({
    type: fc.constantFrom("offer-candidate" as const, "answer-candidate" as const),
    lane,
    candidate: fc.string({ minLength: 1, maxLength: 200 }),
  }),
);

function frameOf(fields: Parameters<typeof encodeCbor>[0]): Uint8Array {
  return encodeFrame(FRAME.lane, encodeCbor(fields));
}

describe("messages that set up a lane", () => {
  it("come out as they went in", () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeLaneFrame(encodeLaneFrame(value))).toEqual(value);
      }),
    );
  });

  it("of a type that is not known are ignored", () => {
    expect(decodeLaneFrame(frameOf({ type: "close", lane: 1 }))).toBeNull();
  });

  it.each([
    ["lane 0", { type: "offer", lane: 0, sdp: "x" }],
    ["lane 4", { type: "offer", lane: 4, sdp: "x" }],
    ["no description", { type: "answer", lane: 1 }],
    ["a description that is too long", { type: "offer", lane: 1, sdp: "x".repeat(15_000) }],
    ["a candidate that is no text", { type: "offer-candidate", lane: 2, candidate: 7 }],
  ])("with %s are refused", (_, fields) => {
    expect(() => decodeLaneFrame(frameOf(fields))).toThrow(DecodeError);
  });

  it("never make the decoder fail in another way", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeLaneFrame(Uint8Array.of(FRAME.lane, ...bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});
