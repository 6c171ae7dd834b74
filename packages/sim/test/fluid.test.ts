import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allot, type Flow } from "../src/fluid/flows.ts";
import { distributionBound, FluidWorld, jainIndex, rankCorrelation, shareOut } from "../src/index.ts";

describe("a capacity shared out", () => {
  it.each([
    [10, [1, 2], [1, 2]],
    [10, [20, 20], [5, 5]],
    [10, [1, 20, 20], [1, 4.5, 4.5]],
    [10, [20, 2, 20], [4, 2, 4]],
    [0, [3], [0]],
    [5, [], []],
  ])("%s among %j gives %j", (capacity, demands, grants) => {
    expect(shareOut(capacity, demands)).toEqual(grants);
  });

  it("is used up or satisfies all, and favours nobody", () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), amounts, (capacity, demands) => {
        const grants = shareOut(capacity, demands);
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(grants)).toBeCloseTo(Math.min(capacity, sum(demands)), 6);
        const least = Math.min(...grants.filter((grant, i) => grant < demands[i]! - 1e-9));
        for (const grant of grants) expect(grant).toBeLessThanOrEqual(least + 1e-6);
      }),
      { seed: 1 },
    );
  });
});

describe("flows", () => {
  const ends = (rates: readonly (readonly [number, number])[]) => rates.map(([up, down]) => ({ up, down }));
  const flow = (from: Flow["from"], to: Flow["to"], queued: number): Flow => ({ from, to, queued, granted: 0 });

  it("get what a full receiver leaves of its senders", () => {
    const [seed, slow, fast] = ends([
      [10, 0],
      [0, 2],
      [0, 100],
    ]);
    const flows = [flow(seed!, slow!, 100), flow(seed!, fast!, 100)];
    allot(flows);
    expect(flows.map(({ granted }) => granted)).toEqual([2, 8]);
  });

  it("never exceed what either side carries, nor what waits", () => {
    const rate = fc.integer({ min: 1, max: 100 });
    const pairs = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 0, max: 300 })), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(rate, rate), { minLength: 6, maxLength: 6 }), pairs, (rates, drawn) => {
        const nodes = ends(rates);
        const flows = drawn.map(([from, to, queued]) => flow(nodes[from]!, nodes[to]!, queued));
        allot(flows);
        const carried = (end: Flow["from"], side: "from" | "to") =>
          flows.reduce((sum, each) => sum + (each[side] === end ? each.granted : 0), 0);
        for (const end of nodes) {
          expect(carried(end, "from")).toBeLessThanOrEqual(end.up + 1e-6);
          expect(carried(end, "to")).toBeLessThanOrEqual(end.down + 1e-6);
        }
        for (const each of flows) expect(each.granted).toBeLessThanOrEqual(each.queued + 1e-9);
      }),
      { seed: 1 },
    );
  });
});

describe("a fluid world", () => {
  function host(id: string, up: number, down: number, log: string[], now: () => number) {
    return {
      id,
      rates: { up, down },
      linkUp: (peer: string) => log.push(`${id} up ${peer}`),
      linkDown: (peer: string) => log.push(`${id} down ${peer}`),
      receive: (from: string, message: string) => log.push(`${id} ${message} of ${from} at ${now()}`),
      block: (from: string, block: string) => log.push(`${id} ${block} of ${from} at ${now()}`),
      flushed: (to: string, queued: number) => log.push(`${id} flushed to ${to} ${queued}`),
      tick: () => undefined,
    };
  }

  it("brings messages after the latency and blocks after their last byte, in order", () => {
    const log: string[] = [];
    const world = new FluidWorld<string, string>({ stepMs: 100, latency: 100, tickEvery: 500 });
    for (const [id, up] of [
      ["a", 1000],
      ["b", 1000],
      ["c", 1000],
    ] as const) {
      world.add(host(id, up, 500, log, () => world.now));
    }
    world.link("a", "b");
    world.link("a", "c");
    log.length = 0;
    world.send("a", "b", "hello");
    world.sendBlock("a", "b", 100, "first");
    world.sendBlock("a", "b", 50, "second");
    world.sendBlock("a", "c", 50, "other");
    world.run(1000, () => false);
    expect(log.filter((line) => !line.includes("flushed"))).toEqual([
      "b hello of a at 100",
      "c other of a at 200",
      "b first of a at 300",
      "b second of a at 400",
    ]);
    expect(log.filter((line) => line.includes("flushed to b"))).toEqual([
      "a flushed to b 100",
      "a flushed to b 50",
      "a flushed to b 0",
    ]);
  });

  it("loses what is under way when a link or a node ends, and tells both sides", () => {
    const log: string[] = [];
    const world = new FluidWorld<string, string>({ stepMs: 100, latency: 100, tickEvery: 500 });
    for (const id of ["a", "b"]) world.add(host(id, 1000, 1000, log, () => world.now));
    world.link("a", "b");
    world.send("a", "b", "lost");
    world.sendBlock("a", "b", 1000, "lost");
    world.run(100, () => false);
    world.remove("a");
    world.run(2000, () => false);
    expect(log.filter((line) => line.includes("lost of a at")).length).toBe(1);
    expect(log.filter((line) => line.includes("down"))).toEqual(["a down b", "b down a"]);
    expect([world.has("a"), world.linked("b", "a")]).toEqual([false, false]);
  });
});

describe("measures of fairness", () => {
  it("Jain's index is 1 for equal shares and 1/n for one that has all", () => {
    expect(jainIndex([3, 3, 3])).toBe(1);
    expect(jainIndex([0, 0, 7, 0])).toBe(0.25);
  });

  it("rank correlation sees order alone, and shares ranks of equal values", () => {
    const pairs = (ys: readonly number[]) => ys.map((y, x) => [x, y] as const);
    expect(rankCorrelation(pairs([1, 10, 100, 1000]))).toBeCloseTo(1);
    expect(rankCorrelation(pairs([9, 8, 7]))).toBeCloseTo(-1);
    // Ranks 0.5, 0.5, 2 against 0, 1, 2.
    expect(rankCorrelation(pairs([5, 5, 6]))).toBeCloseTo(Math.sqrt(3) / 2);
  });

  it("the bound is the seed's uplink, the slowest downlink or all uplinks together", () => {
    const peer = (up: number, down: number) => ({ up, down });
    expect(distributionBound(100, 10, [peer(100, 100)])).toBe(10);
    expect(distributionBound(100, 50, [peer(100, 4), peer(100, 100)])).toBe(25);
    expect(distributionBound(100, 10, [peer(0, 100), peer(5, 100), peer(5, 100)])).toBe(15);
  });
});
