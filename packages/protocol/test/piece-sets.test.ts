import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import { MAX_CONTROL_FRAME, MAX_PIECE_RANGES, MAX_PIECES } from "../src/limits.ts";
import {
  applyPieceSet,
  clearBit,
  countBits,
  getBit,
  makeBitfield,
  pieceRuns,
  pieceSets,
  setBit,
} from "../src/piece-sets.ts";
import { decodeSwarmFrame, encodeSwarmFrame } from "../src/swarm-codec.ts";
import type { PieceSet } from "../src/swarm-messages.ts";

function bitfieldOf(pieces: Iterable<number>, n: number): Uint8Array {
  const bits = makeBitfield(n);
  for (const piece of pieces) setBit(bits, piece);
  return bits;
}

function piecesIn(sets: readonly PieceSet[], n: number): number[] {
  const pieces: number[] = [];
  for (const set of sets) applyPieceSet(set, n, (piece) => pieces.push(piece));
  return pieces;
}

/** Sent and received: what the other side gets of the sets. */
function received(sets: readonly PieceSet[]): PieceSet[] {
  return sets.map((pieces) => {
    const message = decodeSwarmFrame(encodeSwarmFrame({ type: "have", share: 1, pieces }));
    return message?.type === "have" ? message.pieces : { ranges: [] };
  });
}

/** A share of n pieces, and some of them: scattered ones, or runs. */
const share = fc.integer({ min: 1, max: 3000 }).chain((n) => {
  const scattered = fc.array(fc.nat(n - 1), { maxLength: 400 });
  const runs = fc
    .array(fc.tuple(fc.nat(n - 1), fc.nat(300)), { maxLength: 5 })
    .map((list) =>
      list.flatMap(([first, count]) => Array.from({ length: Math.min(count, n - first) }, (_, i) => first + i)),
    );
  return fc.record({ n: fc.constant(n), pieces: fc.oneof(scattered, runs).map((list) => new Set(list)) });
});

describe("bitfields", () => {
  it("hold a bit a piece, most significant first", () => {
    const bits = makeBitfield(10);
    expect(bits).toHaveLength(2);
    setBit(bits, 0);
    setBit(bits, 9);
    expect(bits).toEqual(Uint8Array.of(0x80, 0x40));
    expect([getBit(bits, 0), getBit(bits, 1), getBit(bits, 9), getBit(bits, 100)]).toEqual([true, false, true, false]);
    clearBit(bits, 0);
    expect(bits).toEqual(Uint8Array.of(0, 0x40));
  });

  it("are counted, and listed in runs", () => {
    fc.assert(
      fc.property(share, ({ n, pieces }) => {
        const bits = bitfieldOf(pieces, n);
        expect(countBits(bits)).toBe(pieces.size);
        const listed = [...pieceRuns(bits, n)].flatMap(([first, count]) =>
          Array.from({ length: count }, (_, i) => first + i),
        );
        expect(listed).toEqual([...pieces].sort((a, b) => a - b));
      }),
    );
  });
});

describe("piece sets", () => {
  it("reach the other side unchanged", () => {
    fc.assert(
      fc.property(share, ({ n, pieces }) => {
        const sets = received(pieceSets(bitfieldOf(pieces, n), n));
        expect(piecesIn(sets, n)).toEqual([...pieces].sort((a, b) => a - b));
      }),
    );
  });

  it("are runs when those are shorter, else a slice of the bitfield", () => {
    const n = MAX_PIECES;
    expect(pieceSets(makeBitfield(n), n)).toEqual([]);
    expect(pieceSets(new Uint8Array(n / 8).fill(0xff), n)).toEqual([{ ranges: [[0, n]] }]);
    const alternating = pieceSets(new Uint8Array(n / 8).fill(0xaa), n);
    expect(alternating).toMatchObject([{ first: 0 }]);
    expect(received(alternating)).toEqual(alternating);
    const middle = makeBitfield(n);
    middle.fill(0x55, 100, 200);
    expect(pieceSets(middle, n)).toEqual([{ first: 800, bits: new Uint8Array(100).fill(0x55) }]);
  });

  it("fit control frames however the pieces lie", () => {
    for (const step of [2, 7, 40, 55, 60, 64, 100]) {
      const bits = makeBitfield(MAX_PIECES);
      for (let piece = 0; piece < MAX_PIECES; piece += step) setBit(bits, piece);
      for (const pieces of pieceSets(bits, MAX_PIECES)) {
        expect(encodeSwarmFrame({ type: "have", share: 1, pieces }).length).toBeLessThanOrEqual(MAX_CONTROL_FRAME);
        if ("ranges" in pieces) expect(pieces.ranges.length).toBeLessThanOrEqual(MAX_PIECE_RANGES);
      }
      expect(piecesIn(received(pieceSets(bits, MAX_PIECES)), MAX_PIECES)).toHaveLength(Math.ceil(MAX_PIECES / step));
    }
  });

  it.each<[string, PieceSet]>([
    ["a range beyond the share", { ranges: [[9, 2]] }],
    ["an empty range", { ranges: [[1, 0]] }],
    [
      "ranges out of order",
      {
        ranges: [
          [5, 1],
          [2, 1],
        ],
      },
    ],
    [
      "overlapping ranges",
      {
        ranges: [
          [1, 3],
          [3, 1],
        ],
      },
    ],
    ["a spare bit set", { first: 0, bits: fromHex("0020") }],
    ["a spare bit set in a slice", { first: 8, bits: fromHex("20") }],
    ["a bitfield too long", { first: 0, bits: fromHex("000000") }],
    ["a slice beyond the end", { first: 10, bits: fromHex("00") }],
    ["an empty slice", { first: 0, bits: new Uint8Array(0) }],
  ])("with %s are refused whole", (_, set) => {
    const pieces: number[] = [];
    expect(() => applyPieceSet(set, 10, (piece) => pieces.push(piece))).toThrow(DecodeError);
    expect(pieces).toEqual([]);
  });

  it("may start anywhere", () => {
    expect(piecesIn([{ first: 3, bits: fromHex("82") }], 10)).toEqual([3, 9]);
  });
});
