import { describe, expect, it } from "vitest";
import { DeliveryRate, type Departure } from "../src/delivery-rate.ts";

const BLOCK = 10_000;

describe("the rate of delivery", () => {
  it("is unknown until a block arrived", () => {
    const rate = new DeliveryRate();
    const block = rate.left(BLOCK, true, 0);
    expect(rate.best).toBe(0);
    rate.landed([block], 100);
    expect(rate.best).toBe(100_000);
  });

  it("is that of sending where blocks that waited for a lost one arrive all at once", () => {
    const rate = new DeliveryRate();
    const first = rate.left(BLOCK, true, 0);
    const held: Departure[] = [];
    // A block each 10 ms, 1 MB/s, which wait for a lost packet; one by another association does not.
    for (let at = 10; at < 200; at += 10) held.push(rate.left(BLOCK, false, at));
    rate.landed([first], 225);
    const other = rate.left(BLOCK, false, 230);
    rate.landed(held, 250);
    rate.landed([other], 260);
    expect(rate.best).toBeLessThanOrEqual(1_000_000);
  });

  it("is no more than that of sending where blocks overtook others that waited for a lost one", () => {
    const rate = new DeliveryRate();
    rate.landed([rate.left(BLOCK, true, 0)], 100);
    // 1 MB/s over two associations, the second of which stands still from 300 to 600 ms.
    const waiting: Departure[] = [];
    const under: Departure[] = [];
    for (let now = 110; now < 1000; now += 10) {
      const block = rate.left(BLOCK, false, now);
      if (now % 20 === 0 && now > 200 && now < 500) waiting.push(block);
      else under.push(block);
      if (now === 600) under.push(...waiting);
      const landed = under.filter(({ at }) => at <= now - 100);
      if (landed.length > 0) rate.landed(landed, now);
      under.splice(0, under.length, ...under.filter(({ at }) => at > now - 100));
    }
    expect(rate.best).toBeLessThanOrEqual(1_100_000);
  });

  it("does not count the time in which nothing was to be sent", () => {
    const rate = new DeliveryRate();
    rate.landed([rate.left(BLOCK, true, 0)], 100);
    rate.landed([rate.left(10 * BLOCK, true, 3000)], 3100);
    expect(rate.best).toBe(1_000_000);
  });

  it("is the best of five seconds", () => {
    const rate = new DeliveryRate();
    rate.landed([rate.left(10 * BLOCK, true, 0)], 100);
    rate.landed([rate.left(BLOCK, true, 4900)], 5000);
    expect(rate.best).toBe(1_000_000);
    rate.landed([rate.left(BLOCK, true, 5100)], 5200);
    expect(rate.best).toBe(100_000);
  });

  it("rises until it has been the same for a round trip", () => {
    const rate = new DeliveryRate();
    rate.landed([rate.left(BLOCK, true, 0)], 100);
    rate.landed([rate.left(2 * BLOCK, true, 100)], 200);
    expect(rate.isRising(150, 200)).toBe(true);
    rate.landed([rate.left(2 * BLOCK, true, 200)], 300);
    expect(rate.isRising(150, 300)).toBe(true);
    rate.landed([rate.left(2 * BLOCK, true, 300)], 400);
    expect(rate.isRising(150, 400)).toBe(false);
  });
});
