import { toHex } from "@starling/protocol";
import { Random } from "@starling/sim";
import { describe, expect, it } from "vitest";
import { nearestOf, SimulatedOverlay } from "./dht-host.ts";

describe("small networks", () => {
  for (const size of [2, 3, 5, 50]) {
    it(`${size} nodes find one another and everything nearest within seconds`, () => {
      const overlay = new SimulatedOverlay(size);
      overlay.grow(size, 300);
      overlay.run(size <= 5 ? 8_000 : 90_000);
      expect(overlay.siblingsRight()).toBe(1);
      const random = new Random(7);
      for (let i = 0; i < 10; i++) {
        const key = random.bytes(32);
        const asker = overlay.hosts[random.below(size)]!;
        const result = asker.do((op) => ({ type: "lookup", op, key }));
        expect(nearestOf(result)).toEqual(overlay.trueNearest(toHex(key), 8));
      }
    });
  }
});
