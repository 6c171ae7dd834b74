import { describe, expect, it } from "vitest";
import { bound } from "../network.ts";
import { quantile, rankCorrelation } from "../statistics.ts";

const line = (up: number, down: number) => ({ up, down, delay: 0, loss: 0 });

describe("the bound of a transfer", () => {
  const MB = 1_000_000;

  it("is the seed's uplink for one receiver", () => {
    expect(bound(16 * MB, { seed: line(8, 40), receivers: [line(8, 40)] })).toBe(16);
  });

  it("is the slowest downlink where that is less", () => {
    expect(bound(16 * MB, { seed: line(80, 80), receivers: [line(8, 40), line(8, 4)] })).toBe(32);
  });

  it("is all uplinks together where receivers give little", () => {
    const receivers = [1, 2, 3].map(() => line(0.8, 80));
    expect(bound(MB, { seed: line(8, 80), receivers })).toBeCloseTo(3 / 1.3);
  });

  it("knows no bound on unlimited lines", () => {
    expect(bound(MB, { seed: line(0, 0), receivers: [line(0, 0)] })).toBe(0);
  });
});

describe("statistics of runs", () => {
  it("take the middle of an odd number, and between the two middles of an even one", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("tell how far one order follows another", () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 40])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
    expect(rankCorrelation([1, 2, 3, 4], [2, 1, 4, 3])).toBeCloseTo(0.6);
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});
