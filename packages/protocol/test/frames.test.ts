import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import {
  BLOCK_HEADER_BYTES,
  decodeBlock,
  encodeBlock,
  encodeFrame,
  FRAME,
  frameBody,
  frameKind,
  writeBlock,
} from "../src/frames.ts";
import { MAX_BLOCK_SIZE, MAX_CONTROL_FRAME, MAX_PIECE_SIZE, MAX_PIECES } from "../src/limits.ts";
import { survivesFuzzing } from "./fuzz.ts";

const block = fc.record({
  share: fc.nat(0xffff),
  piece: fc.nat(MAX_PIECES - 1),
  offset: fc.nat(MAX_PIECE_SIZE - MAX_BLOCK_SIZE),
  sentAt: fc.nat(0xffffffff),
  payload: fc.uint8Array({ minLength: 1, maxLength: 100 }),
});
const sample = { share: 1, piece: 2, offset: 65_536, sentAt: 4, payload: Uint8Array.of(5, 6) };

describe("block frames", () => {
  it("round-trip", () => {
    fc.assert(fc.property(block, (message) => void expect(decodeBlock(encodeBlock(message))).toEqual(message)));
  });

  it("have the documented layout", () => {
    expect(toHex(encodeBlock(sample))).toBe("03" + "0001" + "00000002" + "00010000" + "00000004" + "0506");
  });

  it("are decoded without copying, also out of a larger buffer", () => {
    const frame = encodeBlock(sample);
    const buffer = new Uint8Array(100);
    buffer.set(frame, 10);
    const { payload } = decodeBlock(buffer.subarray(10, 10 + frame.length));
    expect(payload.buffer).toBe(buffer.buffer);
    expect(payload.byteOffset).toBe(10 + BLOCK_HEADER_BYTES);
    expect(payload).toEqual(sample.payload);
  });

  it("are written into memory that is larger and used again", () => {
    const frame = encodeBlock(sample);
    const into = new Uint8Array(frame.length + 9).fill(0xff);
    writeBlock(sample, into);
    expect(into.subarray(0, frame.length)).toEqual(frame);
    expect(into.subarray(frame.length)).toEqual(new Uint8Array(9).fill(0xff));
  });

  it.each([
    ["another kind", "020001000000020001000000000004" + "05"],
    ["a cut header", "0300010000000200010000000000"],
    ["no payload", "030001000000020001000000000004"],
    ["a piece beyond the largest share", "030001000100000001000000000004" + "05"],
    ["an end beyond the largest piece", "030001000000020040000000000004" + "05"],
    ["no bytes", ""],
  ])("with %s are refused", (_, hex) => {
    expect(() => decodeBlock(fromHex(hex))).toThrow(DecodeError);
  });

  it("with a payload over the limit are refused, and not made", () => {
    const payload = new Uint8Array(MAX_BLOCK_SIZE);
    const frame = encodeBlock({ ...sample, payload });
    expect(decodeBlock(frame).payload).toHaveLength(MAX_BLOCK_SIZE);
    expect(() => decodeBlock(Uint8Array.from([...frame, 0]))).toThrow(DecodeError);
    expect(() => encodeBlock({ ...sample, payload: new Uint8Array(MAX_BLOCK_SIZE + 1) })).toThrow(RangeError);
    expect(() => encodeBlock({ ...sample, share: 0x10000 })).toThrow(RangeError);
  });

  it("survive random and mutated input", () => {
    survivesFuzzing(decodeBlock, [encodeBlock(sample)]);
  });
});

describe("control frames", () => {
  it("are a kind byte and a body", () => {
    const frame = encodeFrame(FRAME.hello, Uint8Array.of(1, 2));
    expect(frame).toEqual(Uint8Array.of(0, 1, 2));
    expect(frameBody(FRAME.hello, frame)).toEqual(Uint8Array.of(1, 2));
    expect(() => frameBody(FRAME.swarm, frame)).toThrow(DecodeError);
  });

  it("stay within the limit", () => {
    expect(encodeFrame(FRAME.swarm, new Uint8Array(MAX_CONTROL_FRAME - 1))).toHaveLength(MAX_CONTROL_FRAME);
    expect(() => encodeFrame(FRAME.swarm, new Uint8Array(MAX_CONTROL_FRAME))).toThrow(RangeError);
    const large = new Uint8Array(MAX_CONTROL_FRAME + 1);
    expect(() => frameBody(FRAME.hello, large)).toThrow(DecodeError);
  });

  it("of an unknown kind are ignored", () => {
    expect(frameKind(Uint8Array.of(3, 0))).toBe(FRAME.block);
    expect(frameKind(Uint8Array.of(5))).toBeNull();
    expect(frameKind(new Uint8Array(0))).toBeNull();
  });
});
