import { expect, test } from "vitest";
import { buildTree, checkedBytes, checkOf, type TreeNode, visibleRows } from "../src/logic/file-tree.ts";

const files = ["top.txt", "a/10.txt", "a/2.txt", "a/b/deep.txt"].map((path, index) => {
  return { path, size: 10 ** index, type: "" };
});
const NOTHING = new Set<string>();

/** A drawing of the rows: two spaces a level, `/` after folders. */
function draw(rows: readonly TreeNode[]): string[] {
  return rows.map(({ kind, name, depth }) => "  ".repeat(depth) + name + (kind === "folder" ? "/" : ""));
}

test("folders come first and numbers in their order", () => {
  expect(draw(visibleRows(buildTree(files, []), NOTHING))).toEqual([
    "a/",
    "  b/",
    "    deep.txt",
    "  2.txt",
    "  10.txt",
    "top.txt",
  ]);
});

test("empty folders are rows too, with their parents", () => {
  const rows = visibleRows(buildTree([], ["x/y"]), NOTHING);
  expect(draw(rows)).toEqual(["x/", "  y/"]);
});

test("a folder sums what is below it and can be closed", () => {
  const tree = buildTree(files, []);
  expect(tree[0]).toMatchObject({ kind: "folder", size: 1110, files: ["a/b/deep.txt", "a/2.txt", "a/10.txt"] });
  expect(draw(visibleRows(tree, new Set(["a"])))).toEqual(["a/", "top.txt"]);
});

test("names that mean something to JavaScript are plain names", () => {
  const tree = buildTree([{ path: "__proto__/constructor", size: 1, type: "" }], []);
  expect(draw(visibleRows(tree, NOTHING))).toEqual(["__proto__/", "  constructor"]);
});

test("a folder's box is full, partial or empty", () => {
  const checked = new Set(["a", "b"]);
  const isChecked = (path: string) => checked.has(path);
  expect([checkOf(["a", "b"], isChecked), checkOf(["a", "c"], isChecked), checkOf(["c"], isChecked)]).toEqual([
    "all",
    "some",
    "none",
  ]);
});

test("the size of a choice counts only what is chosen", () => {
  expect(checkedBytes(files, (path) => path.startsWith("a/b") || path === "top.txt")).toBe(1001);
});

test("five thousand files take little time", () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({ path: `d/${index % 70}/${index}`, size: 1, type: "" }));
  const started = performance.now();
  expect(visibleRows(buildTree(many, []), NOTHING)).toHaveLength(5071);
  expect(performance.now() - started).toBeLessThan(1000);
});
