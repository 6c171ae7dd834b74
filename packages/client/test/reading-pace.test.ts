import { describe, expect, it } from "vitest";
import { ReadingPace } from "../src/reading-pace.ts";

const KIB = 1024;

/** A reader that takes a piece every `ms`, so many times. */
function readAt(pieceBytes: number, ms: number, times: number): ReadingPace {
  const pace = new ReadingPace(pieceBytes, 0);
  for (let i = 0; i <= times; i++) pace.pulled(i * pieceBytes, i * ms);
  return pace;
}

describe("the pace of a reader", () => {
  it("settles at what is read", () => {
    expect(readAt(128 * KIB, 500, 200).every).toBeCloseTo(500, -1);
    expect(readAt(128 * KIB, 20, 2000).every).toBeCloseTo(20, 0);
  });

  it("fetches four seconds ahead, within bounds of bytes and pieces", () => {
    expect(readAt(128 * KIB, 50, 500).ahead).toBe(80);
    expect(readAt(128 * KIB, 5000, 50).ahead).toBe(16);
    expect(readAt(64 * KIB, 1, 20_000).ahead).toBe(256);
    expect(readAt(4096 * KIB, 10_000, 20).ahead).toBe(2);
  });

  it("never stands still, however long the reader paused", () => {
    const pace = readAt(64 * KIB, 10, 100);
    pace.pulled(101 * 64 * KIB, 3_600_000);
    expect(pace.every).toBeLessThanOrEqual(656);
  });
});
