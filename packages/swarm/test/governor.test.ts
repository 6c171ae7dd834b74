import type { DelaySample } from "@starling/protocol";
import type { PacketNetwork } from "@starling/sim";
import { describe, expect, it } from "vitest";
import { Flow, stamp } from "../src/flow.ts";
import { Governor } from "../src/governor.ts";
import type { LaneUse } from "../src/lane-trial.ts";
import { PathDelay } from "../src/path-delay.ts";
import { drawShare, sizes } from "./drawn-share.ts";
import { SimulatedSwarm } from "./swarm-host.ts";

const KIB = 1024;
const MBIT = 1e6 / 8;

interface Line {
  readonly up: number;
  readonly down: number;
  readonly receivers: number;
  readonly loss?: number;
  readonly hopDelay?: number;
  /** Ms before a page reads a message. */
  readonly pageDelay?: number;
}

/** Fetches `bytes` from one seed over emulated lines. Ms it took, and ms that the seed's uplink made packets wait. */
function transfer(bytes: number, { up, down, receivers, loss = 0, hopDelay = 12.5, pageDelay = 0 }: Line) {
  const swarm = new SimulatedSwarm(7, { hopDelay, hopLoss: loss, hopQueue: 200 });
  swarm.pageDelay = pageDelay;
  const share = drawShare({ lengths: sizes(bytes / (128 * KIB), 128 * KIB) });
  const seed = swarm.add({ number: 1, rates: { up: up * MBIT, down: down * MBIT } });
  const rates = { up: up * MBIT, down: down * MBIT };
  const hosts = Array.from({ length: receivers }, (_, i) => swarm.add({ number: 2 + i, rates }));
  swarm.seed(seed, share);
  for (const host of hosts) swarm.leech(host, share);
  const line = (swarm.simulation.network as PacketNetwork).lines(seed.id).up;
  const waits: number[] = [];
  const probe = () => {
    waits.push(line.wait);
    swarm.simulation.after(20, probe);
  };
  swarm.simulation.after(500, probe);
  expect(swarm.simulation.run(120_000, () => hosts.every((host) => host.completeAt.has(share.root)))).toBe(true);
  waits.sort((a, b) => a - b);
  const at = (part: number) => waits[Math.floor(waits.length * part)] ?? 0;
  return { ms: swarm.simulation.now, median: at(0.5), most: at(0.95), dropped: line.dropped, lanes: seed.lanes };
}

describe("the uplink governor with real windows and SCTP's congestion control", { timeout: 60_000 }, () => {
  it("fills 20 Mbit/s at 50 ms and adds less than 80 ms of delay", () => {
    const { ms, median, most, dropped } = transfer(16 * 1024 * KIB, { up: 20, down: 20, receivers: 1 });
    expect((16 * 1024 * KIB) / ms / 1000).toBeGreaterThan(2.15);
    expect(median).toBeLessThan(80);
    expect(most).toBeLessThan(100);
    expect(dropped).toBe(0);
  });

  it("keeps one short queue before an uplink that five peers share", () => {
    const { median, dropped } = transfer(4 * 1024 * KIB, { up: 8, down: 40, receivers: 5 });
    expect(median).toBeLessThan(110);
    expect(dropped).toBe(0);
  });

  it("does not take the slowness of pages for a queue", () => {
    const line = { up: 8, down: 40, receivers: 5 };
    const bytes = 4 * 1024 * KIB;
    expect(transfer(bytes, { ...line, pageDelay: 100 }).ms).toBeLessThan(3 * transfer(bytes, line).ms);
  });

  it("fills a fast path of a fifth of a second", () => {
    const { ms } = transfer(32 * 1024 * KIB, { up: 50, down: 50, receivers: 1, hopDelay: 50 });
    expect((32 * 1024 * KIB) / ms / 1000).toBeGreaterThan(3);
  });

  it("shares a lossy path over four associations and keeps them", () => {
    const { ms, lanes } = transfer(8 * 1024 * KIB, { up: 20, down: 20, receivers: 1, loss: 0.0025 });
    // One association: 1163 bytes / 50 ms x 1.22 / sqrt(0.005) is 0.4 MB/s (Mathis et al. 1997).
    expect((8 * 1024 * KIB) / ms / 1000).toBeGreaterThan(1.1);
    expect(lanes.at(-1)).toBe(3);
  });

  it("does not come to a stop on a path that is far and lossy", () => {
    const { ms } = transfer(4 * 1024 * KIB, { up: 50, down: 50, receivers: 1, hopDelay: 50, loss: 0.0025 });
    // Four associations, by the same formula: 0.4 MB/s.
    expect((4 * 1024 * KIB) / ms / 1000).toBeGreaterThan(0.25);
  });

  it("leaves a path that is full to one association", () => {
    const { lanes } = transfer(16 * 1024 * KIB, { up: 20, down: 20, receivers: 1 });
    expect(lanes.slice(0, 2)).toEqual([3, 0]);
  });
});

describe("the governor's window", () => {
  const BLOCK = 64 * KIB;

  /** So many round trips of 50 ms, in each of which the window is filled and every block waits `queue` ms. */
  function run(governor: Governor, flow: Flow, rounds: number, queue: number, from: number): number {
    let now = from;
    for (let i = 0; i < rounds; i++) {
      while (governor.hasRoom(flow, BLOCK)) governor.sent(flow, BLOCK, now);
      const samples = flow.departures.map(({ at }): DelaySample => [stamp(at), 25 + queue]);
      now += 50 + queue;
      governor.reported(flow, samples, now);
    }
    return now;
  }

  it("always lets one block go, and no more than fits", () => {
    const governor = new Governor(BLOCK);
    const flow = new Flow(new PathDelay());
    expect(governor.hasRoom(flow, 2 * BLOCK)).toBe(true);
    governor.sent(flow, BLOCK, 0);
    expect(governor.hasRoom(flow, 1)).toBe(false);
    governor.forget(flow);
    expect(governor.flight).toBe(0);
  });

  it("grows while nothing waits and shrinks to what the rate needs when blocks wait", () => {
    const governor = new Governor(2 * BLOCK);
    const flow = new Flow(new PathDelay());
    flow.path.greeted(50);
    const now = run(governor, flow, 10, 0, 0);
    const grown = governor.window;
    expect(grown).toBeGreaterThan(2 * BLOCK);
    run(governor, flow, 100, 200, now);
    expect(governor.window).toBeLessThan(grown);
  });

  const ALONE = { count: 0, kept: false };

  it("does not shrink below what was under way when packets met no queue", () => {
    const governor = new Governor(2 * BLOCK);
    const flow = new Flow(new PathDelay());
    flow.path.greeted(50);
    let now = run(governor, flow, 20, 0, 0);
    while (governor.hasRoom(flow, BLOCK)) governor.sent(flow, BLOCK, now);
    const proven = governor.flight;
    governor.measured(5, ALONE, now);
    governor.measured(5, ALONE, now);
    now = run(governor, flow, 20, 200, now);
    expect(governor.window).toBeGreaterThanOrEqual(proven);
    governor.measured(100, ALONE, now);
    run(governor, flow, 20, 200, now);
    expect(governor.window).toBeLessThan(proven);
  });

  it("does not believe an old measurement of what is under way only now", () => {
    const governor = new Governor(2 * BLOCK);
    const flow = new Flow(new PathDelay());
    flow.path.greeted(50);
    const now = run(governor, flow, 20, 0, 0);
    while (governor.hasRoom(flow, BLOCK)) governor.sent(flow, BLOCK, now);
    const under = governor.flight;
    governor.measured(5, ALONE, now);
    run(governor, flow, 20, 200, now);
    expect(governor.window).toBeLessThan(under);
  });

  it("lets more be under way over lanes, and most once these have proved themselves", () => {
    const leastWith = (lanes: LaneUse) => {
      const governor = new Governor(2 * BLOCK);
      const flow = new Flow(new PathDelay());
      flow.path.greeted(50);
      const now = run(governor, flow, 20, 200, 0);
      governor.measured(5, lanes, now);
      run(governor, flow, 20, 200, now);
      return governor.window;
    };
    const alone = leastWith(ALONE);
    const onTrial = leastWith({ count: 3, kept: false });
    expect(onTrial).toBeGreaterThan(alone);
    expect(leastWith({ count: 3, kept: true })).toBeGreaterThan(onTrial);
  });

  it("grows once lanes are tried, however long blocks wait, until packets meet a queue", () => {
    const governor = new Governor(KIB);
    const flow = new Flow(new PathDelay());
    flow.path.greeted(50);
    let now = run(governor, flow, 20, 200, 0);
    const before = governor.window;
    governor.spread({ count: 3, kept: false }, now);
    now = run(governor, flow, 20, 200, now);
    expect(governor.window).toBeGreaterThan(before);
    governor.measured(50, { count: 3, kept: false }, now);
    run(governor, flow, 40, 200, now);
    expect(governor.window).toBeLessThanOrEqual(before);
  });

  it("gives up blocks that are never reported", () => {
    const governor = new Governor(4 * BLOCK);
    const flow = new Flow(new PathDelay());
    governor.sent(flow, BLOCK, 0);
    governor.expire(900);
    expect(governor.flight).toBe(BLOCK);
    governor.expire(1100);
    expect(governor.flight).toBe(0);
  });

  it("lets nobody who never reports take the room of others", () => {
    const governor = new Governor(4 * BLOCK);
    const [mute, honest] = [new Flow(new PathDelay()), new Flow(new PathDelay())];
    for (let i = 0; i < 4; i++) governor.sent(mute, BLOCK, 0);
    expect(governor.hasRoom(honest, BLOCK)).toBe(false);
    governor.expire(1100);
    for (let i = 0; i < 4; i++) governor.sent(mute, BLOCK, 1100);
    expect([governor.flight, governor.hasRoom(honest, 4 * BLOCK), governor.hasRoom(mute, BLOCK)]).toEqual([
      0,
      true,
      false,
    ]);
    governor.reported(mute, [[1100, 25]], 1150);
    expect(governor.flight).toBe(3 * BLOCK);
  });

  it("believes no report of a block that it did not send, or not then", () => {
    const governor = new Governor(4 * BLOCK);
    const flow = new Flow(new PathDelay());
    governor.sent(flow, BLOCK, 10);
    governor.reported(
      flow,
      [
        [9, 1],
        [10, -5],
        [10, 7],
        [11, 2 ** 31],
      ],
      60,
    );
    governor.reported(flow, [[10, 3]], 61);
    expect(governor.flight).toBe(0);
    expect(flow.path.queueing).toBeLessThan(60);
  });

  it("counts a block that others overtook by its own time", () => {
    const governor = new Governor(4 * BLOCK);
    const flow = new Flow(new PathDelay());
    flow.path.greeted(50);
    governor.sent(flow, BLOCK, 0);
    governor.sent(flow, BLOCK, 20);
    governor.reported(flow, [[20, 25]], 70);
    governor.reported(flow, [[0, 325]], 350);
    governor.sent(flow, BLOCK, 400);
    governor.reported(flow, [[400, 25]], 450);
    expect(flow.path.queueing).toBe(0);
  });
});
