import { describe, expect, it } from "vitest";
import { drawShare, sizes } from "./drawn-share.ts";
import { SimulatedSwarm, type SwarmHost } from "./swarm-host.ts";

const KIB = 1024;
const SHARE = drawShare({ lengths: sizes(64, 128 * KIB) });
const OTHER = drawShare({ lengths: sizes(64, 128 * KIB), seed: 2 });

function swarmOf(leeches: number): { swarm: SimulatedSwarm; seed: SwarmHost; hosts: SwarmHost[] } {
  const swarm = new SimulatedSwarm(31);
  const seed = swarm.add({ number: 1 });
  const hosts = Array.from({ length: leeches }, (_, i) => swarm.add({ number: 2 + i }));
  for (const share of [SHARE, OTHER]) {
    swarm.seed(seed, share);
    for (const host of hosts) swarm.leech(host, share);
  }
  const pulse = () => {
    for (const host of [seed, ...hosts]) swarm.simulation.input(host.id, { type: "pulse" });
    swarm.simulation.after(50, pulse);
  };
  swarm.simulation.after(50, pulse);
  return { swarm, seed, hosts };
}

/** Bytes per second over eight seconds, once the start is over. */
function rate(swarm: SimulatedSwarm, bytes: () => number): number {
  swarm.simulation.run(swarm.simulation.now + 2000, () => false);
  const before = bytes();
  swarm.simulation.run(swarm.simulation.now + 8000, () => false);
  return (bytes() - before) / 8;
}

const down = (host: SwarmHost, share = SHARE) => host.machine.view(share.root)!.bytesDownloaded;

describe("speed limits", { timeout: 60_000 }, () => {
  it.each([20_000, 150_000, 700_000])("hold %i bytes per second of all uploads within 5 %%", (up) => {
    const { swarm, seed } = swarmOf(2);
    swarm.simulation.input(seed.id, { type: "limit", root: null, up, down: null });
    const measured = rate(swarm, () => seed.sentBytes);
    expect(Math.abs(measured - up)).toBeLessThanOrEqual(0.05 * up + (16 * KIB) / 8);
  });

  it.each([20_000, 150_000, 700_000])("hold %i bytes per second of all downloads within 5 %%", (limit) => {
    const { swarm, hosts } = swarmOf(1);
    const [leech] = hosts;
    swarm.simulation.input(leech!.id, { type: "limit", root: null, up: null, down: limit });
    const measured = rate(swarm, () => leech!.receivedBytes);
    expect(Math.abs(measured - limit)).toBeLessThanOrEqual(0.05 * limit + (32 * KIB) / 8);
  });

  it("hold for one share and leave the other alone, and end when they are lifted", () => {
    const { swarm, hosts } = swarmOf(1);
    const [leech] = hosts;
    swarm.simulation.input(leech!.id, { type: "limit", root: SHARE.root, up: null, down: 100_000 });
    const measured = rate(swarm, () => down(leech!));
    expect(Math.abs(measured - 100_000)).toBeLessThanOrEqual(5000 + (16 * KIB) / 8);
    expect(leech!.completeAt.has(OTHER.root)).toBe(true);
    swarm.simulation.input(leech!.id, { type: "limit", root: SHARE.root, up: null, down: null });
    expect(swarm.simulation.run(swarm.simulation.now + 3000, () => leech!.completeAt.has(SHARE.root))).toBe(true);
  });

  it("of nothing stop a transfer without ending any link", () => {
    const { swarm, hosts } = swarmOf(1);
    const [leech] = hosts;
    swarm.simulation.run(600, () => false);
    swarm.simulation.input(leech!.id, { type: "limit", root: null, up: 0, down: 0 });
    expect(rate(swarm, () => leech!.receivedBytes)).toBe(0);
    swarm.simulation.run(swarm.simulation.now + 70_000, () => false);
    expect(leech!.dropped).toEqual([]);
  });
});
