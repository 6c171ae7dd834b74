import { describe, expect, it } from "vitest";
import { Backlog } from "../src/backlog.ts";

const KIB = 1024;

describe("what SCTP holds back of a link", () => {
  it("lasts from when some was held until all has left", () => {
    const backlog = new Backlog();
    expect(backlog.lasts(100)).toBe(0);
    backlog.told(16 * KIB, 100);
    backlog.told(32 * KIB, 300);
    expect(backlog.lasts(600)).toBe(500);
    backlog.told(0, 600);
    expect(backlog.lasts(700)).toBe(0);
    backlog.told(KIB, 800);
    expect(backlog.lasts(900)).toBe(100);
  });

  it("is of use as far as it keeps each association busy", () => {
    const backlog = new Backlog();
    backlog.told(20 * KIB, 0);
    expect(backlog.useful(1)).toBe(20 * KIB);
    backlog.told(1000 * KIB, 0);
    expect(backlog.useful(4)).toBe(4 * backlog.useful(1));
    expect(backlog.useful(4)).toBeLessThan(1000 * KIB);
  });
});
