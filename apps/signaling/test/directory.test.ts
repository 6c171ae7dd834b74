import type { NodeId } from "@starling/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Directory } from "../src/hub/directory.ts";
import { nearestIds } from "../src/hub/nearest.ts";
import { seeded } from "./hub-driver.ts";

const digits = fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 });
/** Often alike in their first digits, as near ids are. */
const id = fc.tuple(fc.integer({ min: 0, max: 64 }), digits).map(([zeros, rest]) => {
  return `${"0".repeat(zeros)}${rest.join("").slice(zeros)}` as NodeId;
});
const distance = (a: NodeId, b: NodeId) => BigInt(`0x${a}`) ^ BigInt(`0x${b}`);

test("the nearest ids are those of a full sort by XOR", () => {
  fc.assert(
    fc.property(fc.uniqueArray(id, { maxLength: 60 }), id, fc.integer({ min: 0, max: 12 }), (ids, target, count) => {
      const byDistance = [...ids].sort((a, b) => (distance(a, target) < distance(b, target) ? -1 : 1));
      expect(nearestIds([...ids].sort(), target, count)).toEqual(byDistance.slice(0, count));
    }),
  );
});

test("a directory finds, picks and forgets as a plain map would", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(id, { minLength: 1, maxLength: 40 }),
      fc.array(fc.tuple(fc.nat(39), fc.nat(3), fc.boolean()), { maxLength: 100 }),
      (ids, steps) => {
        const directory = new Directory();
        const model = new Map<NodeId, number>();
        for (const [index, socket, isSet] of steps) {
          const each = ids[index % ids.length]!;
          if (isSet) {
            directory.set(each, socket);
            model.set(each, socket);
          } else {
            directory.remove(each, socket);
            if (model.get(each) === socket) model.delete(each);
          }
        }
        expect(directory.size).toBe(model.size);
        for (const each of ids) expect(directory.socketOf(each)).toBe(model.get(each));
        const self = ids[0]!;
        const others = [...model.keys()].filter((each) => each !== self);
        const picked = directory.random(8, seeded(5), self);
        expect(new Set(picked).size).toBe(Math.min(8, others.length));
        for (const each of picked) expect(others).toContain(each);
        expect(directory.nearest(self, 100, self)).toHaveLength(others.length);
      },
    ),
  );
});
