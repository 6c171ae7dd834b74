import { afterEach, describe, expect, it, vi } from "vitest";
import { checkLimits, isLimited, savedLimits, saveLimits, UNLIMITED } from "../src/speed-limits.ts";

afterEach(() => vi.unstubAllGlobals());

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

  it("are there on the next visit", () => {
    const kept = new Map<string, string>();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    saveLimits({ up: 1000, down: null });
    expect(savedLimits()).toEqual({ up: 1000, down: null });
  });

  it("may be set and read though the browser's storage is full, or blocked altogether", () => {
    const refuse = () => {
      throw new DOMException("Full", "QuotaExceededError");
    };
    vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
    expect(() => saveLimits({ up: 1000, down: null })).not.toThrow();
    expect(savedLimits()).toEqual(UNLIMITED);
    vi.stubGlobal("localStorage", undefined);
    expect(() => saveLimits({ up: 1000, down: null })).not.toThrow();
  });
});
