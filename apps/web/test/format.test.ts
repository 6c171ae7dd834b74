import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCopies,
  formatCount,
  formatDuration,
  formatRate,
  formatRoundTrip,
  percentOf,
} from "../src/logic/format.ts";

describe("sizes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [9_999, "10.0 kB"],
    [99_949, "99.9 kB"],
    [99_950, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [2_100_000_000, "2.10 GB"],
    [5e15, "5000 TB"],
    [-1, "0 B"],
  ])("%d bytes read as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test("a rate is a size per second", () => expect(formatRate(1_200_000)).toBe("1.20 MB/s"));
});

describe("durations are coarse", () => {
  test.each([
    [0, "1 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3_599, "1 h"],
    [4_800, "1 h 20 min"],
    [200_000, "2 days"],
  ])("%d seconds read as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

test("a round trip is whole milliseconds, and none is below one", () => {
  expect([0, 0.4, 23.6].map(formatRoundTrip)).toEqual(["< 1 ms", "< 1 ms", "24 ms"]);
});

test("a percentage says 100 only when all is there", () => {
  expect(percentOf(999_999, 1_000_000)).toBe(99);
  expect(percentOf(1, 1)).toBe(100);
  expect(percentOf(0, 0)).toBe(100);
});

test("counts agree with their noun", () => {
  expect(formatCount(1, "file")).toBe("1 file");
  expect(formatCount(5000, "file")).toBe("5,000 files");
});

test("copies are never rounded up", () => {
  expect(formatCopies(1.99)).toBe("1.9");
  expect(formatCopies(2)).toBe("2");
  expect(formatCopies(12.7)).toBe("12");
});
