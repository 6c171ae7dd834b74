import { describe, expect, test } from "vitest";
import { idTree } from "../src/logic/id-tree.ts";
import { bitAt, byDistance, distanceOf, hexOf, sharedBits } from "../src/logic/ids.ts";
import type { LookupTrace } from "../src/logic/lookup-trace.ts";
import { drawTree } from "../src/logic/tree-drawing.ts";
import { FakeOverlay } from "./fake-overlay.ts";

type View = Parameters<typeof idTree>[0];

const id = (start: string) => start.padEnd(64, "0");
const view = (self: string, others: readonly string[]) =>
  ({ id: id(self), links: others.map((other) => ({ id: id(other), sibling: true })) }) as unknown as View;

const TRACE: LookupTrace = {
  serial: 1,
  key: id("f1"),
  asked: [
    { id: id("f"), hops: 1, answer: "answered" },
    { id: id("e"), hops: 2, answer: "waiting" },
  ],
  running: true,
  nearest: null,
};

describe("ids", () => {
  test("share the bits before the first that differs", () => {
    expect(sharedBits(id("0"), id("8"))).toBe(0);
    expect(sharedBits(id("a0"), id("a1"))).toBe(7);
    expect(sharedBits(id("a"), id("a"))).toBe(256);
  });
  test("have bits counted from the left, and a distance that is their XOR", () => {
    expect([0, 1, 2, 3, 4].map((index) => bitAt(id("a8"), index))).toEqual([1, 0, 1, 0, 1]);
    expect(distanceOf("a5", "5a")).toBe("ff");
    expect(hexOf(Uint8Array.of(1, 254))).toBe("01fe");
  });
  test("are ordered by distance, not by value", () => {
    expect([id("0"), id("9"), id("c")].sort(byDistance(id("8")))).toEqual([id("9"), id("c"), id("0")]);
  });
});

describe("the tree", () => {
  test("has this node first, then whoever shares most with it", () => {
    const tree = idTree(view("8", ["0", "c", "9", "4"]), null);
    expect(tree.leaves.map((leaf) => leaf.id[0])).toEqual(["8", "9", "c", "0", "4"]);
    expect(tree.leaves.map(({ kind }) => kind)).toEqual(["self", "sibling", "sibling", "sibling", "sibling"]);
  });

  test("groups the columns into buckets, nearest first", () => {
    const { bands, depth } = idTree(view("8", ["0", "c", "9", "4"]), null);
    expect(bands).toEqual([
      { prefix: 3, first: 1, last: 1 },
      { prefix: 1, first: 2, last: 2 },
      { prefix: 0, first: 3, last: 4 },
    ]);
    expect(depth).toBe(4);
  });

  test("tells the bits of the own way, and which halves are empty", () => {
    const { steps } = idTree(view("8", ["0", "c", "9", "4"]), null);
    expect(steps.map(({ bit }) => bit)).toEqual([1, 0, 0, 0]);
    expect(steps.map(({ empty }) => empty)).toEqual([false, false, true, false]);
  });

  test("joins every leaf to the root by branches", () => {
    const { links, id: self } = new FakeOverlay("ab".repeat(32), 40).view();
    const { branches, leaves, depth } = idTree({ links, id: self }, null);
    const ends = branches.filter(({ bottom }) => bottom === depth).map(({ to }) => to);
    expect(ends.sort((a, b) => a - b)).toEqual(leaves.map((_, column) => column));
    for (const { from, top } of branches) {
      if (top > 0) expect(branches).toContainEqual(expect.objectContaining({ to: from, bottom: top }));
    }
  });

  test("of a node alone is that node", () => {
    expect(idTree(view("8", []), null)).toMatchObject({ leaves: [{ kind: "self" }], bands: [], steps: [] });
  });

  test("takes in the key and the nodes of a look-up, and keeps a linked node what it is", () => {
    const { leaves } = idTree(view("8", ["f"]), TRACE);
    expect(leaves.map((leaf) => [leaf.id.slice(0, 2), leaf.kind])).toEqual([
      ["80", "self"],
      ["e0", "heard"],
      ["f0", "sibling"],
      ["f1", "key"],
    ]);
  });

  test("does not make a key of this node when it looks itself up", () => {
    const { leaves } = idTree(view("8", ["f"]), { ...TRACE, key: id("8"), asked: [] });
    expect(leaves.map(({ kind }) => kind)).toEqual(["self", "sibling"]);
  });
});

describe("the drawing", () => {
  const { links, id: self } = new FakeOverlay("ab".repeat(32), 48).view();
  const large = idTree({ links, id: self }, null);

  test.each([320, 1040])("of a small tree keeps within %i px", (width) => {
    const drawing = drawTree(idTree(view("8", ["0", "c", "9"]), TRACE), TRACE, width);
    expect(drawing.width).toBeLessThanOrEqual(width);
    for (const { x, y } of drawing.leaves) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(drawing.width);
      expect(y).toBeLessThan(drawing.height);
    }
  });

  test("of a large tree keeps names apart: turned where columns are narrow, in rows on a phone", () => {
    const wide = drawTree(large, null, 1040);
    expect(wide.leaves.every(({ label }) => label.turn === -90)).toBe(true);
    const rows = drawTree(large, null, 320).leaves.map(({ y }) => y);
    for (const [i, y] of rows.entries()) if (i > 0) expect(y - (rows[i - 1] ?? 0)).toBeGreaterThanOrEqual(24);
  });

  test("has an arc for each node that was asked", () => {
    const tree = idTree(view("8", ["f"]), TRACE);
    const { arcs } = drawTree(tree, TRACE, 1040);
    expect(arcs.map(({ answer, label }) => [answer, label?.text])).toEqual([
      ["answered", "1"],
      ["waiting", "2"],
    ]);
    expect(drawTree(tree, null, 1040).arcs).toEqual([]);
  });

  test("makes stairs of the buckets: each begins a bit deeper than the one before", () => {
    const { bands } = drawTree(idTree(view("8", ["0", "c", "9"]), null), null, 1040);
    const tops = bands.map(({ box }) => box.y);
    expect(tops).toEqual([...tops].sort((a, b) => b - a));
    expect(new Set(tops).size).toBe(3);
  });
});
