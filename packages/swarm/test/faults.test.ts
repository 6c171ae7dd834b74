import { describe, expect, it } from "vitest";
import type { SwarmEffect } from "../src/index.ts";
import { type DrawnShare, drawShare, sizes } from "./drawn-share.ts";
import { holds, SimulatedSwarm, type SwarmHost } from "./swarm-host.ts";

const KIB = 1024;
const SMALL = drawShare({ lengths: sizes(40, 128 * KIB) });

/** Runs until all these hosts are complete, and a moment more for their stores. */
function completes(swarm: SimulatedSwarm, hosts: readonly SwarmHost[], share: DrawnShare, limit = 300_000): boolean {
  const done = swarm.simulation.run(limit, () => hosts.every((host) => host.completeAt.has(share.root)));
  swarm.simulation.run(swarm.simulation.now + 100, () => false);
  return done && hosts.every((host) => holds(host, share));
}

function flipped(effect: SwarmEffect): SwarmEffect {
  if (effect.type !== "send-block") return effect;
  const payload = effect.block.payload.slice();
  payload[0]! ^= 1;
  return { ...effect, block: { ...effect.block, payload } };
}

/** Answers nothing. */
function silent(effect: SwarmEffect): SwarmEffect | null {
  return effect.type === "send-block" ? null : effect;
}

/** Says that it has everything, and so is asked for what it has not. */
function boasting(share: DrawnShare): (effect: SwarmEffect) => SwarmEffect {
  const pieces = { ranges: [[0, share.pieces.length]] } as const;
  return (effect) =>
    effect.type === "send" && effect.message.type === "have"
      ? { ...effect, message: { ...effect.message, pieces } }
      : effect;
}

describe("a swarm under faults", { timeout: 60_000 }, () => {
  it("goes on from one leech after the only seed left", () => {
    const swarm = new SimulatedSwarm(3);
    const [seed, first, second] = [
      swarm.add({ number: 1 }),
      swarm.add({ number: 2 }),
      swarm.add({ number: 3, rates: { up: 1e6, down: 2e5 } }),
    ];
    swarm.seed(seed, SMALL);
    swarm.leech(first, SMALL);
    swarm.leech(second, SMALL);
    swarm.simulation.run(60_000, () => first.completeAt.has(SMALL.root));
    expect(second.completeAt.has(SMALL.root)).toBe(false);
    swarm.stop(seed);
    expect(completes(swarm, [second], SMALL)).toBe(true);
  });

  it("bans a liar and completes from the honest seed", () => {
    const swarm = new SimulatedSwarm(4);
    const liar = swarm.add({ number: 1, tamper: flipped });
    const [seed, leech] = [swarm.add({ number: 2 }), swarm.add({ number: 3 })];
    swarm.seed(liar, SMALL);
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    expect(completes(swarm, [leech], SMALL)).toBe(true);
    expect(leech.dropped).toEqual([expect.objectContaining({ peer: liar.id, ban: true })]);
  });

  it("fails when every source lies", () => {
    const swarm = new SimulatedSwarm(5);
    const liar = swarm.add({ number: 1, tamper: flipped });
    const leech = swarm.add({ number: 2 });
    swarm.seed(liar, SMALL);
    swarm.leech(leech, SMALL);
    swarm.simulation.run(60_000, () => leech.failed.size > 0);
    expect([...leech.failed]).toEqual([SMALL.root]);
    expect(leech.pieces.get(SMALL.root)).toBeUndefined();
  });

  it("is not held up by a peer that stalls", () => {
    const swarm = new SimulatedSwarm(6);
    const mute = swarm.add({ number: 1, tamper: silent });
    const [seed, leech] = [swarm.add({ number: 2 }), swarm.add({ number: 3 })];
    swarm.seed(mute, SMALL);
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    expect(completes(swarm, [leech], SMALL)).toBe(true);
    expect(leech.completeAt.get(SMALL.root)).toBeLessThan(15_000);
  });

  it("is not held up by a peer that claims what it has not", () => {
    const swarm = new SimulatedSwarm(7);
    const [seed, leech] = [swarm.add({ number: 1 }), swarm.add({ number: 3 })];
    const boaster = swarm.add({ number: 2, tamper: boasting(SMALL), rates: { up: 1e6, down: 1e5 } });
    swarm.seed(seed, SMALL);
    swarm.leech(boaster, SMALL);
    swarm.simulation.run(2000, () => false);
    swarm.leech(leech, SMALL);
    expect(completes(swarm, [leech], SMALL)).toBe(true);
    expect(leech.completeAt.get(SMALL.root)).toBeLessThan(15_000);
  });

  it("completes while links break again and again", () => {
    const swarm = new SimulatedSwarm(8);
    const [seed, leech] = [swarm.add({ number: 1 }), swarm.add({ number: 2, rates: { up: 1e6, down: 1e6 } })];
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    const flap = () => {
      swarm.unlink(seed.id, leech.id);
      swarm.simulation.after(2500, flap);
    };
    swarm.simulation.after(1000, flap);
    expect(completes(swarm, [leech], SMALL)).toBe(true);
    expect(leech.receivedBytes).toBeLessThan(SMALL.bytes * 1.15);
  });

  it("stands still at the quota and completes once there is room", () => {
    const swarm = new SimulatedSwarm(9);
    const seed = swarm.add({ number: 1, rates: { up: 1e6, down: 1e6 } });
    const leech = swarm.add({ number: 2, quotaBytes: SMALL.bytes / 2 });
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    swarm.simulation.run(20_000, () => false);
    expect(leech.completeAt.size).toBe(0);
    expect(leech.machine.view(SMALL.root)!.blockedBy).toBe("quota");
    leech.quotaBytes = Number.POSITIVE_INFINITY;
    swarm.simulation.input(leech.id, { type: "resume", root: SMALL.root });
    expect(completes(swarm, [leech], SMALL)).toBe(true);
  });

  it("pauses and resumes on either side", () => {
    const swarm = new SimulatedSwarm(10);
    const [seed, leech] = [swarm.add({ number: 1 }), swarm.add({ number: 2, rates: { up: 1e6, down: 1e6 } })];
    const { root } = SMALL;
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    swarm.simulation.run(1500, () => false);
    for (const host of [leech, seed]) {
      swarm.simulation.input(host.id, { type: "pause", root });
      swarm.simulation.run(swarm.simulation.now + 1500, () => false);
      const before = leech.receivedBytes;
      swarm.simulation.run(swarm.simulation.now + 3000, () => false);
      expect(leech.receivedBytes).toBe(before);
      swarm.simulation.input(host.id, { type: "resume", root });
    }
    expect(completes(swarm, [leech], SMALL)).toBe(true);
    expect(leech.receivedBytes).toBeLessThan(SMALL.bytes * 1.2);
  });

  it("carries many shares over the same links, thousands of small pieces among them", () => {
    const swarm = new SimulatedSwarm(11);
    const [seed, leech] = [swarm.add({ number: 1 }), swarm.add({ number: 2 })];
    const shares = [SMALL, drawShare({ lengths: sizes(5000, 300), seed: 5 }), drawShare({ lengths: [20], seed: 6 })];
    for (const share of shares) {
      swarm.seed(seed, share);
      swarm.leech(leech, share);
    }
    for (const share of shares) expect(completes(swarm, [leech], share)).toBe(true);
    expect(swarm.simulation.now).toBeLessThan(3000);
    expect(swarm.simulation.network.neighbours(leech.id)).toEqual([]);
  });

  it("completes with equal bytes and few duplicates whatever the seed of chance", () => {
    for (let seed = 100; seed < 108; seed++) {
      const swarm = new SimulatedSwarm(seed, 2 + (seed % 4) * 20);
      const { random } = swarm.simulation;
      const lengths = Array.from({ length: 10 + random.below(60) }, () => 17 + random.below(200 * KIB));
      const share = drawShare({ lengths, seed, same: { 5: 2, 9: 2 } });
      const rates = () => ({ up: 5e5 + random.below(5e6), down: 1e6 + random.below(1e7) });
      const hosts = Array.from({ length: 2 + random.below(6) }, (_, i) => swarm.add({ number: i, rates: rates() }));
      swarm.seed(hosts[0]!, share);
      const leeches = hosts.slice(1);
      for (const host of leeches) swarm.leech(host, share);
      expect(completes(swarm, leeches, share)).toBe(true);
      for (const host of leeches) expect(host.receivedBytes).toBeLessThan(share.bytes * 1.01 + 64 * KIB);
      for (const host of leeches) expect(host.dropped).toEqual([]);
    }
  });

  it("runs the same way from the same seed", () => {
    const trace = (seed: number) => {
      const swarm = new SimulatedSwarm(seed);
      const hosts = [1, 2, 3].map((number) => swarm.add({ number }));
      swarm.seed(hosts[0]!, SMALL);
      for (const host of hosts.slice(1)) swarm.leech(host, SMALL);
      completes(swarm, hosts.slice(1), SMALL);
      return swarm.simulation.trace.digest();
    };
    expect(trace(1)).toBe(trace(1));
    expect(trace(1)).not.toBe(trace(2));
  });
});
