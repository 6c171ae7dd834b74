import { describe, expect, it } from "vitest";
import { checkLimits, isLimited, UNLIMITED } from "../src/speed-limits.ts";

describe("speed limits that were kept", () => {
  it.each([null, undefined, 3, "x", {}, { up: "1" }, { up: Number.NaN, down: -1 }, { down: Number.POSITIVE_INFINITY }])(
    "are none if they are %j",
    (value) => {
      expect(checkLimits(value)).toEqual(UNLIMITED);
      expect(isLimited(checkLimits(value))).toBe(false);
    },
  );

  it("are taken each for itself", () => {
    expect(checkLimits({ up: 1000, down: "much" })).toEqual({ up: 1000, down: null });
    expect(isLimited({ up: null, down: 1 })).toBe(true);
  });
});
