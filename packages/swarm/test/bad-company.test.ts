import { describe, expect, it } from "vitest";
import type { SwarmEffect } from "../src/index.ts";
import { type DrawnShare, drawShare, sizes } from "./drawn-share.ts";
import { type HostOptions, holds, SimulatedSwarm } from "./swarm-host.ts";

const KIB = 1024;
const SHARE = drawShare({ lengths: sizes(64, 128 * KIB) });
const UPLINK = { up: 500_000, down: 10e6 };

type Tamper = (effect: SwarmEffect) => SwarmEffect | null;

function silent(effect: SwarmEffect): SwarmEffect | null {
  return effect.type === "send-block" ? null : effect;
}

/** Answers eight blocks and then nothing. */
function stalling(): Tamper {
  let left = 8;
  return (effect) => (effect.type === "send-block" && left-- <= 0 ? null : effect);
}

/** Has nothing, says that it has everything, and answers nothing. */
function boasting(share: DrawnShare): Tamper {
  const pieces = { ranges: [[0, share.pieces.length]] } as const;
  return (effect) => {
    if (effect.type !== "send") return effect;
    if (effect.message.type === "reject") return null;
    return effect.message.type === "have" ? { ...effect, message: { ...effect.message, pieces } } : effect;
  };
}

function lying(effect: SwarmEffect): SwarmEffect {
  if (effect.type !== "send-block") return effect;
  const payload = effect.block.payload.slice();
  payload[0]! ^= 1;
  return { ...effect, block: { ...effect.block, payload } };
}

/** Ms that a leech takes with two honest seeds, and with a bad one beside them. */
function fetchTime(bad: Omit<HostOptions, "number"> | null): { ms: number; extra: number; reasons: string[] } {
  const swarm = new SimulatedSwarm(21);
  for (const number of [1, 2]) swarm.seed(swarm.add({ number, rates: UPLINK }), SHARE);
  if (bad !== null) swarm.seed(swarm.add({ number: 3, rates: UPLINK, ...bad }), SHARE);
  const leech = swarm.add({ number: 4 });
  swarm.leech(leech, SHARE);
  expect(swarm.simulation.run(120_000, () => leech.completeAt.has(SHARE.root))).toBe(true);
  const ms = swarm.simulation.now;
  swarm.simulation.run(ms + 100, () => false);
  expect(holds(leech, SHARE)).toBe(true);
  return { ms, extra: leech.receivedBytes - SHARE.bytes, reasons: leech.dropped.map(({ reason }) => reason) };
}

describe("a bad peer beside two good ones adds at most 30 % to the time", { timeout: 60_000 }, () => {
  const alone = fetchTime(null);

  it.each<[string, Omit<HostOptions, "number">]>([
    ["one that never answers", { tamper: silent }],
    ["one that stalls", { tamper: stalling() }],
    ["one at 1 KB/s", { rates: { up: 1000, down: 10e6 } }],
    ["one at 7 kB/s", { rates: { up: 7000, down: 10e6 } }],
    ["one that claims what it has not", { tamper: boasting(SHARE) }],
    ["one that sends wrong bytes", { tamper: lying }],
  ])("%s", (_, bad) => {
    expect(fetchTime(bad).ms).toBeLessThan(1.3 * alone.ms);
  });

  it("and less than 1 % of the bytes come twice", () => {
    for (const tamper of [silent, stalling()]) {
      expect(fetchTime({ tamper }).extra).toBeLessThanOrEqual(0.01 * SHARE.bytes);
    }
  });
});

describe("a lone source", { timeout: 60_000 }, () => {
  it.each([
    ["7 kB/s", 7000, 8],
    ["1 KB/s", 1000, 1],
  ])("of %s is never dropped, and nothing is sent twice", (_, up, pieces) => {
    const share = drawShare({ lengths: sizes(pieces, 128 * KIB), seed: 9 });
    const swarm = new SimulatedSwarm(13);
    const slow = swarm.add({ number: 1, rates: { up, down: 10e6 } });
    const leech = swarm.add({ number: 2 });
    swarm.seed(slow, share);
    swarm.leech(leech, share);
    expect(swarm.simulation.run(240_000, () => leech.completeAt.has(share.root))).toBe(true);
    expect(leech.dropped).toEqual([]);
    expect(slow.sentBytes).toBe(share.bytes);
    expect(swarm.simulation.now).toBeLessThan(((share.bytes * 1.1) / up) * 1000 + 5000);
  });
});
