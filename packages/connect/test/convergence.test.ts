import fc from "fast-check";
import { expect, test } from "vitest";
import { World } from "./world.ts";

const name = fc.constantFrom("a", "b");
const step = fc.oneof(
  fc.record({ do: fc.constant("want" as const), name }),
  fc.record({ do: fc.constant("unwant" as const), name }),
  fc.record({ do: fc.constant("reload" as const), name, noticed: fc.boolean(), wants: fc.boolean() }),
  fc.record({ do: fc.constant("break" as const), name }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(fc.nat(100), fc.nat(30_000)) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function other(node: string): string {
  return node === "a" ? "b" : "a";
}

function perform(world: World, { ...step }: Step): void {
  switch (step.do) {
    case "want":
      world.want(step.name, other(step.name));
      break;
    case "unwant":
      world.unwant(step.name, other(step.name));
      break;
    case "reload":
      world.reload(step.name, step.noticed);
      if (step.wants) world.want(step.name, other(step.name));
      break;
    case "break":
      world.breakLink(step.name, other(step.name));
      break;
    case "wait":
      world.run(step.ms);
  }
}

/** Exactly one link, the same on both sides, on an open association, and nothing else under way. */
function expectOneLink(world: World): void {
  const [a, b] = [world.node("a"), world.node("b")];
  const [link] = a.machine.links();
  expect(link).toBeDefined();
  expect(b.machine.sessionOf(a.id)).toBe(link?.session);
  for (const node of [a, b]) {
    expect(node.machine.counts()).toMatchObject({ sessions: 1, peers: 1, pending: 0 });
    const open = [...node.associations.values()].filter(({ isOpen, isClosed }) => isOpen && !isClosed);
    expect(open).toHaveLength(1);
  }
}

const schedules = fc.record({
  seed: fc.nat(),
  steps: fc.array(step, { maxLength: 12 }),
  wantedBy: fc.constantFrom<readonly string[]>(["a"], ["b"], ["a", "b"], ["b", "a"]),
});

test("whatever was wanted, unwanted, reloaded and broken: both sides come to exactly one link", {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(schedules, ({ seed, steps, wantedBy }) => {
      const world = new World({ seed, delay: [5, 400] });
      for (const each of steps) perform(world, each);
      for (const each of "ab") if (!wantedBy.includes(each)) world.unwant(each, other(each));
      for (const each of wantedBy) world.want(each, other(each));
      world.run(120_000);
      expectOneLink(world);
    }),
    { numRuns: 40 },
  );
});

test("the same over a carrier that loses one message in five", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(schedules, ({ seed, steps, wantedBy }) => {
      const world = new World({ seed, delay: [5, 400], loss: 0.2 });
      for (const each of steps) perform(world, each);
      for (const each of "ab") if (!wantedBy.includes(each)) world.unwant(each, other(each));
      for (const each of wantedBy) world.want(each, other(each));
      world.run(1_800_000);
      expectOneLink(world);
    }),
    { numRuns: 25 },
  );
});

test("when both dial at any distance in time, each makes one association", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(200), name, (seed, gapMs, first) => {
      const world = new World({ seed, delay: [20, 20] });
      world.want(first, other(first));
      world.run(gapMs);
      world.want(other(first), first);
      world.run(5_000);
      expectOneLink(world);
      expect(world.node("a").machine.counts().created).toBe(1);
      expect(world.node("b").machine.counts().created).toBe(1);
    }),
    { numRuns: 25 },
  );
});

test("one seed gives one trace", () => {
  const [first, second] = [1, 2].map(() => {
    const world = new World({ seed: 42, nodes: 4, delay: [5, 400], loss: 0.1 });
    for (const peer of "bcd") world.want("a", peer);
    world.run(5_000);
    world.reload("b", false);
    world.run(60_000);
    return world.trace;
  });
  expect(first).toEqual(second);
});

test("eight nodes that all want one another come to all 28 links", { timeout: 60_000 }, () => {
  const world = new World({ seed: 3, nodes: 8, delay: [5, 100] });
  const names = world.nodes.map((node) => node.name);
  for (const from of names) for (const to of names) if (from !== to) world.want(from, to);
  world.run(60_000);
  for (const node of world.nodes) expect(node.machine.links()).toHaveLength(7);
});
