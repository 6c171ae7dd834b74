import { describe, expect, it } from "vitest";
import { PathDelay } from "../src/path-delay.ts";

describe("the delay of a path", () => {
  it("is unknown until something was answered", () => {
    expect(new PathDelay().minRoundTrip).toBe(Number.POSITIVE_INFINITY);
  });

  it("takes what came sooner than packets can for no answer", () => {
    const path = new PathDelay();
    path.greeted(3);
    expect(path.minRoundTrip).toBe(3);
    path.measured(50);
    expect(path.minRoundTrip).toBe(70);
  });

  it("adds to packets what pages take where no greeting was measured", () => {
    const path = new PathDelay();
    path.measured(50);
    expect(path.minRoundTrip).toBe(70);
    path.greeted(62);
    expect(path.minRoundTrip).toBe(62);
  });

  it("counts what busy pages take as part of the path, until a block came back sooner", () => {
    const path = new PathDelay();
    path.measured(50);
    path.greeted(160);
    expect(path.minRoundTrip).toBe(160);
    path.sample({ oneWay: 1000, roundTrip: 90, length: 10 }, 0);
    expect(path.minRoundTrip).toBe(90);
  });

  it("believes the least of several measurements: processors are busy while they connect", () => {
    const path = new PathDelay();
    path.measured(300);
    path.measured(50);
    path.measured(120);
    expect(path.packets).toBe(50);
  });

  it("shows what blocks wait beyond the least round trip, whatever the clocks say", () => {
    const path = new PathDelay();
    path.measured(50);
    path.greeted(50);
    path.sample({ oneWay: -7_000, roundTrip: 60, length: 10 }, 0);
    expect(path.queueing).toBe(0);
    path.sample({ oneWay: -6_900, roundTrip: 160, length: 10 }, 500);
    expect(path.queueing).toBe(100);
  });
});
