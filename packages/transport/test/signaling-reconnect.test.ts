import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { advance, SignalingWorld } from "./signaling-world.ts";

describe("signaling client after a loss", () => {
  let world: SignalingWorld;
  beforeEach(() => {
    vi.useFakeTimers();
    world = new SignalingWorld();
  });
  afterEach(() => {
    world.client.close();
    vi.useRealTimers();
  });

  it("comes back by itself, waiting longer each time, up to 15 s", async () => {
    world.start();
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      await world.last.drops();
      const from = performance.now();
      const count = world.sockets.length;
      while (world.sockets.length === count) await advance(50);
      waits.push(performance.now() - from);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    expect(world.log.map(([name]) => name)).toEqual(Array(7).fill("closed"));
  });

  it("waits at least half of that, and at least 0.5 s", async () => {
    world.start({ random: () => 0 });
    await world.last.drops();
    await advance(499);
    expect(world.sockets.length).toBe(1);
    await advance(1);
    expect(world.sockets.length).toBe(2);
  });

  it("begins the waits anew only after a session that stood", async () => {
    world.start();
    await world.last.welcomes();
    await world.last.drops();
    await advance(1000);
    await world.last.welcomes();
    await world.last.drops();
    await advance(1500);
    expect(world.sockets.length).toBe(2);
    await advance(500);
    await world.last.welcomes();
    await advance(15_000);
    await world.last.drops();
    await advance(1000);
    expect(world.sockets.length).toBe(4);
  });

  it("hurries when it is told that the server is needed, but not to one that will not have it", async () => {
    world.start();
    for (const wait of [1000, 2000, 4000, 8000, 15_000]) {
      await world.last.drops();
      await advance(wait);
    }
    await world.last.drops();
    const before = world.sockets.length;
    world.client.hurry();
    await advance(990);
    expect(world.sockets.length).toBe(before);
    await advance(20);
    expect(world.sockets.length).toBe(before + 1);
    world.client.hurry();
    await advance(5_000);
    expect(world.sockets.length).toBe(before + 1);
    await world.last.drops(4001);
    world.client.hurry();
    await advance(15_000);
    expect(world.sockets.length).toBe(before + 1);
  });

  it("comes back at once when the network does", async () => {
    world.start();
    for (const wait of [1000, 2000, 4000]) {
      await world.last.drops();
      await advance(wait);
    }
    await world.last.drops();
    world.networkEvents.dispatchEvent(new Event("online"));
    expect(world.sockets.length).toBe(5);
    await advance(9000);
    expect(world.sockets.length).toBe(5);
  });

  it("probes an open socket when the network comes back, and leaves one that does not answer", async () => {
    world.start();
    await world.last.welcomes();
    world.networkEvents.dispatchEvent(new Event("online"));
    world.last.says({ type: "peers", peers: [] });
    await advance(6000);
    expect(world.last.closedByClient).toBe(false);
    world.networkEvents.dispatchEvent(new Event("online"));
    await advance(5000);
    expect(world.last.closedByClient).toBe(true);
    expect(world.log.at(-1)).toEqual(["closed", "the server did not answer"]);
  });

  it.each([4001, 4005])("does not come back soon after close code %i, even when the network does", async (code) => {
    world.start();
    await world.last.welcomes();
    await world.last.drops(code, "This identity connected from elsewhere.");
    world.networkEvents.dispatchEvent(new Event("online"));
    await advance(140_000);
    expect(world.sockets.length).toBe(1);
    expect(world.log.at(-1)).toEqual(["closed", "This identity connected from elsewhere."]);
    await advance(160_000);
    expect(world.sockets.length).toBe(2);
  });
});
