import { describe, expect, it } from "vitest";
import { parseSpeed, speedText } from "../src/logic/speed-text.ts";

describe("speed limits as text", () => {
  it.each([
    ["", null],
    ["  ", null],
    ["250", 250_000],
    ["1.5", 1500],
    ["1,5", 1500],
    ["0", "invalid"],
    ["-3", "invalid"],
    ["fast", "invalid"],
    ["Infinity", "invalid"],
  ] as const)("reads %j as %j", (text, expected) => {
    expect(parseSpeed(text)).toBe(expected);
  });

  it("reads back what it writes", () => {
    for (const limit of [null, 1500, 250_000, 33]) expect(parseSpeed(speedText(limit))).toBe(limit);
  });
});
