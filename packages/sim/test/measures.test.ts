import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commonBits,
  compareXor,
  exponential,
  flipBit,
  IdIndex,
  logNormal,
  Random,
  residualSession,
  Samples,
  sessionLength,
} from "../src/index.ts";

const id = fc.stringMatching(/^[0-9a-f]{6}$/);

describe("the oracle", () => {
  it("names the nearest as sorting all by XOR does", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(id, { minLength: 1, maxLength: 40 }),
        id,
        fc.integer({ min: 1, max: 12 }),
        (ids, key, count) => {
          const distance = (other: string) => Number.parseInt(other, 16) ^ Number.parseInt(key, 16);
          const sorted = [...ids].sort((a, b) => distance(a) - distance(b));
          expect(new IdIndex(ids).nearest(key, count)).toEqual(sorted.slice(0, count));
          expect(Math.sign(compareXor(key, ids[0]!, ids.at(-1)!))).toBe(
            Math.sign(distance(ids[0]!) - distance(ids.at(-1)!)),
          );
        },
      ),
    );
  });

  it("finds those that share leading bits", () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 40 }), id, fc.integer({ min: 0, max: 24 }), (ids, key, bits) => {
        const expected = ids.filter((other) => commonBits(other, key) >= bits).sort();
        expect(new IdIndex(ids).sharing(key, bits)).toEqual(expected);
      }),
    );
  });

  it("draws among those that share leading bits", () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 40 }), id, fc.integer({ min: 0, max: 24 }), (ids, key, bits) => {
        const index = new IdIndex(ids);
        const drawn = index.anySharing(key, bits, new Random(ids.length));
        if (drawn === undefined) expect(index.sharing(key, bits)).toEqual([]);
        else expect(index.sharing(key, bits)).toContain(drawn);
      }),
    );
  });

  it("turns one bit", () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 23 }), (key, bit) => {
        expect(commonBits(key, flipBit(key, bit))).toBe(bit);
        expect(flipBit(flipBit(key, bit), bit)).toBe(key);
      }),
    );
  });

  it("follows those that come and go", () => {
    const index = new IdIndex(["0a", "0b"]);
    index.add("0c");
    index.add("0c");
    index.delete("0a");
    index.delete("ff");
    expect([index.size, index.has("0a"), index.nearest("00", 3)]).toEqual([2, false, ["0b", "0c"]]);
  });
});

describe("samples", () => {
  it("give nearest-rank quantiles", () => {
    const samples = new Samples();
    for (const value of [5, 1, 4, 2, 3]) samples.add(value);
    expect([samples.median, samples.quantile(0.95), samples.quantile(0.2), samples.mean, samples.max]).toEqual([
      3, 5, 1, 3, 5,
    ]);
  });
});

describe("the distributions", () => {
  function drawn(draw: (random: Random) => number): Samples {
    const [random, samples] = [new Random(3), new Samples()];
    for (let i = 0; i < 20_000; i++) samples.add(draw(random));
    return samples;
  }

  it("have the medians that are asked for", () => {
    for (const shape of [0.5, 1, 2]) {
      const sessions = drawn((random) => sessionLength(random, { medianMs: 600, shape }));
      expect(sessions.median / 600).toBeCloseTo(1, 1);
    }
    expect(drawn((random) => logNormal(random, 100, 0.5)).median / 100).toBeCloseTo(1, 1);
    expect(drawn((random) => exponential(random, 100)).mean / 100).toBeCloseTo(1, 1);
  });

  it("leave an exponential session its whole length again, a heavy-tailed one more", () => {
    const rest = (shape: number) => drawn((random) => residualSession(random, { medianMs: 600, shape })).median / 600;
    expect(rest(1)).toBeGreaterThan(0.85);
    expect(rest(1)).toBeLessThan(1.1);
    expect(rest(0.5)).toBeGreaterThan(2);
  });
});
