import type { DelaySample } from "@starling/protocol";
import type { PacketNetwork } from "@starling/sim";
import { describe, expect, it } from "vitest";
import { Flow, stamp } from "../src/flow.ts";
import { Governor } from "../src/governor.ts";
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
  swarm.simulation.after(0, probe);
  expect(swarm.simulation.run(120_000, () => hosts.every((host) => host.completeAt.has(share.root)))).toBe(true);
  waits.sort((a, b) => a - b);
  const at = (part: number) => waits[Math.floor(waits.length * part)] ?? 0;
  const [median, most, longest] = [at(0.5), at(0.95), waits.at(-1) ?? 0];
  return { ms: swarm.simulation.now, median, most, longest, dropped: line.dropped, lanes: seed.lanes };
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

  // Without lanes it fills it whole here; browsers, whose queue overflows now and then, need them (docs/decisions/0017).
  it("uses most of a fast path of a fifth of a second", () => {
    const { ms } = transfer(32 * 1024 * KIB, { up: 50, down: 50, receivers: 1, hopDelay: 50 });
    expect((32 * 1024 * KIB) / ms / 1000).toBeGreaterThan(2.4);
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

  it("tries no lanes where the line alone is the limit", () => {
    const { lanes } = transfer(16 * 1024 * KIB, { up: 20, down: 20, receivers: 1 });
    expect(lanes).toEqual([]);
  });

  it("has lanes on a path that is near and fast, and none on one that is near alone", () => {
    const near = { up: 200, down: 200, receivers: 1, hopDelay: 1 };
    expect(transfer(32 * 1024 * KIB, near).lanes).toEqual([3]);
    expect(transfer(4 * 1024 * KIB, { ...near, up: 20, down: 20 }).lanes).toEqual([]);
  });

  it("starts without a queue that a small buffer could not hold", () => {
    const { longest } = transfer(4 * 1024 * KIB, { up: 20, down: 20, receivers: 1 });
    expect(longest).toBeLessThan(150);
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

  it("lets so much more be under way as SCTP holds back, for that takes no room on the line", () => {
    const governor = new Governor(4 * BLOCK);
    const flow = new Flow(new PathDelay());
    for (let i = 0; i < 4; i++) governor.sent(flow, BLOCK, 0);
    expect(governor.hasRoom(flow, BLOCK)).toBe(false);
    governor.held = 2 * BLOCK;
    expect([governor.hasRoom(flow, 2 * BLOCK), governor.hasRoom(flow, 2 * BLOCK + 1)]).toEqual([true, false]);
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
