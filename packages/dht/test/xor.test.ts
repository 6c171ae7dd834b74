import { fromHex, type OverlayKey, toHex } from "@starling/protocol";
import fc from "fast-check";
import KBucket from "k-bucket";
import { describe, expect, it } from "vitest";
import { bitAt, closest, commonPrefix, compareDistance, idInBucket, nearestOf } from "../src/xor.ts";

const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes) as OverlayKey);
/** An id that shares a long prefix with the other: random ones differ at once and would never test the later digits. */
const near = fc
  .tuple(id, fc.nat(255), id)
  .map(([base, bit, rest]) => ({ base, other: flipFrom(base, bit, rest), bit }));

const value = (text: OverlayKey) => BigInt(`0x${text}`);
const distance = (a: OverlayKey, b: OverlayKey) => value(a) ^ value(b);

function flipFrom(base: OverlayKey, bit: number, rest: OverlayKey): OverlayKey {
  const low = 255n - BigInt(bit);
  const flipped = value(base) ^ (1n << low);
  const mask = (1n << low) - 1n;
  return ((flipped & ~mask) | (value(rest) & mask)).toString(16).padStart(64, "0");
}

describe("the XOR metric", () => {
  it("compares distances as arithmetic on 256-bit numbers does", () => {
    fc.assert(
      fc.property(id, near, (target, { base, other }) => {
        const expected = distance(target, base) < distance(target, other) ? -1 : 1;
        expect(Math.sign(compareDistance(target, base, other))).toBe(expected);
        expect(Math.sign(compareDistance(base, base, other))).toBe(-1);
        expect(compareDistance(target, base, base)).toBe(0);
      }),
    );
  });

  it("measures common prefixes and bits", () => {
    fc.assert(
      fc.property(near, ({ base, other, bit }) => {
        expect(commonPrefix(base, other)).toBe(bit);
        expect(bitAt(base, bit)).not.toBe(bitAt(other, bit));
        expect(BigInt(bitAt(base, bit))).toBe((value(base) >> (255n - BigInt(bit))) & 1n);
      }),
    );
    expect(commonPrefix("00".repeat(32), "00".repeat(32))).toBe(256);
  });

  it("draws ids of a bucket", () => {
    fc.assert(
      fc.property(id, fc.nat(255), id, (self, prefix, random) => {
        const drawn = idInBucket(self, prefix, fromHex(random));
        expect(drawn).toMatch(/^[0-9a-f]{64}$/);
        expect(commonPrefix(self, drawn)).toBe(prefix);
        const low = (1n << (255n - BigInt(prefix))) - 1n;
        expect(value(drawn) & low).toBe(value(random) & low);
      }),
    );
  });
});

describe("closest", () => {
  const clustered = fc.tuple(id, fc.array(fc.tuple(fc.nat(255), id), { maxLength: 60 })).map(([target, others]) => ({
    target,
    ids: [...new Set(others.map(([bit, rest]) => flipFrom(target, bit, rest)))],
  }));

  it("equals a full sort by distance", () => {
    fc.assert(
      fc.property(clustered, fc.nat(20), ({ target, ids }, count) => {
        const sorted = [...ids].sort((a, b) => (distance(target, a) < distance(target, b) ? -1 : 1));
        expect(closest(target, ids, count, (item) => item)).toEqual(sorted.slice(0, count));
        expect(
          nearestOf(
            target,
            ids.map((each) => ({ id: each })),
          )?.id,
        ).toBe(sorted[0]);
      }),
    );
  });

  it("equals the npm package k-bucket", () => {
    fc.assert(
      fc.property(
        id,
        id,
        fc.array(id, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (self, target, ids, count) => {
          const bucket = new KBucket({ localNodeId: fromHex(self), numberOfNodesPerKBucket: 100 });
          for (const each of ids) bucket.add({ id: fromHex(each) });
          const theirs = bucket.closest(fromHex(target), count).map((contact) => toHex(contact.id));
          expect(closest(target, new Set(ids), count, (item) => item)).toEqual(theirs);
        },
      ),
    );
  });
});
