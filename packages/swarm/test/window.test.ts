import { describe, expect, it } from "vitest";
import { PathDelay } from "../src/path-delay.ts";
import { RequestWindow } from "../src/window.ts";

const KIB = 1024;

/** Bytes to have asked for after three seconds of a block of 16 KiB each 50 ms that took 200 ms. @param sentAt of each block. */
function windowAfter(sentAt: (block: number) => number): number {
  const path = new PathDelay();
  path.greeted(50);
  const window = new RequestWindow(path);
  for (let block = 0; block < 60; block++) {
    window.received({ bytes: 16 * KIB, response: 200, sentAt: sentAt(block) >>> 0 }, block * 50);
  }
  return window.bytes;
}

describe("the request window", () => {
  it("is larger where blocks overtake one another: the peer sends them over several associations", () => {
    const inOrder = windowAfter((block) => block * 50);
    const overtaking = windowAfter((block) => (block ^ 1) * 50);
    expect(inOrder).toBeLessThan(100 * KIB);
    expect(overtaking).toBeGreaterThan(2 * inOrder);
    expect(overtaking).toBeLessThanOrEqual(256 * KIB);
  });

  it("does not take the wrap of the sender's clock for an overtaking", () => {
    expect(windowAfter((block) => 2 ** 32 - 1000 + block * 50)).toBe(windowAfter((block) => block * 50));
  });
});
