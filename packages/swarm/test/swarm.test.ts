import { describe, expect, it } from "vitest";
import { drawShare, sizes } from "./drawn-share.ts";
import { holds, SimulatedSwarm } from "./swarm-host.ts";

const KIB = 1024;

describe("a simulated swarm", { timeout: 60_000 }, () => {
  it("brings a share from one seed to one leech at nearly the speed of the path", () => {
    const swarm = new SimulatedSwarm(1);
    const share = drawShare({ lengths: sizes(160, 128 * KIB) });
    const seed = swarm.add({ number: 1 });
    const leech = swarm.add({ number: 2 });
    swarm.seed(seed, share);
    swarm.leech(leech, share);
    expect(swarm.simulation.run(60_000, () => leech.completeAt.has(share.root))).toBe(true);
    swarm.simulation.run(swarm.simulation.now + 100, () => false);
    expect(holds(leech, share)).toBe(true);
    const ideal = (share.bytes / 10e6) * 1000;
    expect(leech.completeAt.get(share.root)).toBeLessThan(ideal * 1.15 + 300);
    expect(leech.receivedBytes).toBe(share.bytes);
  });

  for (const leeches of [3, 20]) {
    it(`brings a share from one seed to ${leeches} leeches, which give to each other`, () => {
      const swarm = new SimulatedSwarm(2);
      const share = drawShare({ lengths: sizes(leeches === 3 ? 200 : 60, 128 * KIB) });
      const seed = swarm.add({ number: 1 });
      swarm.seed(seed, share);
      const hosts = Array.from({ length: leeches }, (_, i) => swarm.add({ number: 2 + i }));
      for (const host of hosts) swarm.leech(host, share);
      const done = () => hosts.every((host) => host.completeAt.has(share.root));
      expect(swarm.simulation.run(300_000, done)).toBe(true);
      swarm.simulation.run(swarm.simulation.now + 100, () => false);
      for (const host of hosts) {
        expect(holds(host, share)).toBe(true);
        expect(host.receivedBytes).toBeLessThanOrEqual(share.bytes * 1.01 + 64 * KIB);
        expect(host.dropped).toEqual([]);
      }
      expect(seed.sentBytes).toBeLessThan(share.bytes * (leeches === 3 ? 1.5 : 2.3));
      const ideal = (share.bytes / 10e6) * 1000;
      expect(Math.max(...hosts.map((host) => host.completeAt.get(share.root)!))).toBeLessThan(ideal * 1.5 + 800);
    });
  }
});
