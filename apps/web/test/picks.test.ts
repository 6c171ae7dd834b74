import { expect, test } from "vitest";
import { initialPicks, isChecked, pathsToDownload, togglePicks } from "../src/logic/picks.ts";

const set = (...paths: string[]): ReadonlySet<string> => new Set(paths);
const nothingHere = () => false;

test("everything is picked until something was asked for", () => {
  expect(initialPicks(["a", "b"], [])).toEqual(set("a", "b"));
  expect(initialPicks(["a", "b"], ["a"])).toEqual(set());
});

test("a box is checked when picked or selected", () => {
  const state = { picks: set("a"), selection: set("b") };
  expect(["a", "b", "c"].map((path) => isChecked(state, path))).toEqual([true, true, false]);
});

test("checking adds only what is not selected yet", () => {
  const next = togglePicks({ picks: set(), selection: set("b") }, ["a", "b"], true, nothingHere);
  expect(next).toEqual({ picks: set("a"), deselect: [] });
});

test("clearing stops what is on its way and leaves what is here", () => {
  const state = { picks: set("a"), selection: set("b", "c") };
  const next = togglePicks(state, ["a", "b", "c"], false, (path) => path === "c");
  expect(next).toEqual({ picks: set(), deselect: ["b"] });
});

test("all of it is asked for without a list, a part by its paths in order", () => {
  expect(pathsToDownload(set("b", "a"), ["a", "b"])).toBeUndefined();
  expect(pathsToDownload(set("c", "a"), ["a", "b", "c"])).toEqual(["a", "c"]);
});
