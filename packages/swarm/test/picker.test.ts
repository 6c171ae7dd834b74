import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Picker } from "../src/picker.ts";
import { allBits } from "./drawn-share.ts";

/** A picker from a drawing: how many peers have each piece, one character a piece; `.` is a piece not wanted. */
function drawn(drawing: string, first = 0, random: () => number = () => 0, extent = 1): Picker {
  const picker = new Picker(drawing.length, first, random, extent);
  [...drawing].forEach((character, piece) => {
    if (character !== ".") picker.insert(piece);
    for (let i = 0; i < (Number(character) || 0); i++) picker.raise(piece);
  });
  return picker;
}

/** The pieces that a peer has, from a drawing of `x`. */
function bits(drawing: string): Uint8Array {
  const out = new Uint8Array(Math.ceil(drawing.length / 8));
  [...drawing].forEach((character, piece) => {
    if (character === "x") out[piece >> 3]! |= 0x80 >> (piece & 7);
  });
  return out;
}

describe("the picker", () => {
  it.each([
    ["331233", "xxxxxx", 2],
    ["331233", "xx.xxx", 3],
    ["33.233", "xxxxxx", 3],
    ["999995", "x.....", 0],
    ["000000", "......", -1],
    ["......", "xxxxxx", -1],
  ])("takes the rarest of %s that a peer with %s has", (availability, has, expected) => {
    expect(drawn(availability).pick(bits(has), false)).toBe(expected);
  });

  it("takes leading pieces first, lowest index first", () => {
    const picker = drawn("99911", 3);
    expect(picker.pick(bits(".xxxx"), false)).toBe(1);
    picker.remove(1);
    expect(picker.pick(bits(".xxxx"), false)).toBe(2);
    picker.remove(2);
    expect([3, 4]).toContain(picker.pick(bits(".xxxx"), false));
  });

  it.each([
    ["goes on with the neighbour", "11111111", "xxxxxxxx", 1, 2],
    ["goes back from a run's end to its beginning", "11111111", "xxxxxxxx", 3, 0],
    ["so too in the last run, which is shorter", "1111111", "xxxxxxx", 6, 4],
    ["stops where it began the run", "..111111", "xxxxxxxx", 3, 7],
    ["prefers a rarer piece", "22221222", "xxxxxxxx", 1, 4],
    ["skips what the peer has not", "11111111", "xx.xxxxx", 1, 7],
    ["skips what is begun", "11.11111", "xxxxxxxx", 1, 7],
  ])("asks one peer for runs of four: %s", (_, availability, has, after, expected) => {
    expect(drawn(availability, 0, () => 0, 4).pick(bits(has), false, false, after)).toBe(expected);
  });

  it("counts runs from behind the leading pieces", () => {
    expect(drawn(".11111111", 1, () => 0, 4).pick(bits("xxxxxxxxx"), false, false, 4)).toBe(1);
  });

  it("begins anywhere behind the leading pieces, lest all receivers begin alike", () => {
    let turn = 0;
    const picker = drawn(".1111", 1, () => (turn++ % 4) / 4, 4);
    expect(new Set([0, 1, 2, 3].map(() => picker.pick(bits("xxxxx"), false, false, 0)))).toEqual(new Set([1, 2, 3, 4]));
  });

  it("breaks ties at random", () => {
    let turn = 0;
    const picker = drawn("1111", 0, () => (turn++ % 4) / 4);
    expect(new Set([0, 1, 2, 3].map(() => picker.pick(allBits(4), false)))).toEqual(new Set([0, 1, 2, 3]));
  });

  it("finds the one useful piece of a peer among thousands", () => {
    const picker = new Picker(60_000, 0, () => 0.3);
    for (let piece = 0; piece < 60_000; piece++) picker.insert(piece);
    const peer = new Uint8Array(7500);
    peer[5000] = 1;
    picker.raise(40_007);
    for (let piece = 0; piece < 30_000; piece++) picker.raise(piece);
    expect(picker.pick(peer, false)).toBe(40_007);
  });

  it("keeps its order through any sequence of changes", () => {
    const change = fc.tuple(fc.constantFrom("raise", "lower", "insert", "remove"), fc.nat(11));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const picker = new Picker(12, 0, () => 0);
        const model = { counts: new Array<number>(12).fill(0), wanted: new Set<number>() };
        for (const [what, piece] of changes) {
          picker[what as "raise"](piece);
          applied[what as "raise"](model, piece);
        }
        expect(picker.size).toBe(model.wanted.size);
        const counts = [...model.wanted].map((piece) => model.counts[piece]!).filter((count) => count > 0);
        const picked = picker.pick(allBits(12), false);
        if (counts.length > 0) expect(model.counts[picked]).toBe(Math.min(...counts));
      }),
    );
  });
});

interface Model {
  readonly counts: number[];
  readonly wanted: Set<number>;
}

/** The same changes on plain numbers. */
const applied = {
  raise: ({ counts }: Model, piece: number) => counts[piece]!++,
  lower: ({ counts }: Model, piece: number) => {
    counts[piece] = Math.max(0, counts[piece]! - 1);
  },
  insert: ({ wanted }: Model, piece: number) => wanted.add(piece),
  remove: ({ wanted }: Model, piece: number) => wanted.delete(piece),
};
