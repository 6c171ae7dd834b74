import { describe, expect, test } from "vitest";
import type { LookupView } from "../../../packages/client/src/api.ts";
import { endLookup, followLookups, type LookupTrace, longestWay } from "../src/logic/lookup-trace.ts";

type Asked = readonly [id: string, hops: number, answered: boolean];

const lookup = (key: string, ...asked: readonly Asked[]) =>
  ({
    key,
    queries: asked.length,
    asked: asked.map(([id, hops, answered]) => ({ id, hops, answered })),
  }) as unknown as LookupView;
const follow = (...views: readonly (readonly LookupView[])[]) =>
  views.reduce<readonly LookupTrace[]>((traces, view) => followLookups(traces, view), []);
const answers = (trace: LookupTrace | undefined) => trace?.asked.map(({ id, answer }) => `${id} ${answer}`);

describe("a look-up that is followed", () => {
  test("keeps the order in which nodes were asked while answers come", () => {
    const [trace] = follow(
      [lookup("k", ["a", 1, false], ["b", 1, false])],
      [lookup("k", ["c", 2, false], ["b", 1, true], ["a", 1, false])],
    );
    expect(answers(trace)).toEqual(["a waiting", "b answered", "c waiting"]);
    expect(trace).toMatchObject({ running: true, serial: 1 });
  });

  test("calls a node silent once it is no longer listed, and forgets no answer", () => {
    const [trace] = follow([lookup("k", ["a", 1, true], ["b", 1, false])], [lookup("k", ["c", 2, false])]);
    expect(answers(trace)).toEqual(["a answered", "b silent", "c waiting"]);
  });

  test("has ended when the view has it no more, and then never changes", () => {
    const after = follow([lookup("k", ["a", 1, false])], []);
    expect(answers(after[0])).toEqual(["a silent"]);
    expect(after[0]?.running).toBe(false);
    expect(followLookups(after, [])).toBe(after);
  });

  test("is new when its key is looked up again after it ended", () => {
    const traces = follow([lookup("k", ["a", 1, true])], [], [lookup("k")]);
    expect(traces.map(({ serial, running }) => [serial, running])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  test("is one with another of the same key", () => {
    const traces = follow([lookup("k", ["a", 1, true]), lookup("k", ["b", 2, false])]);
    expect(traces.map(answers)).toEqual([["a answered", "b waiting"]]);
  });

  test("pushes out the oldest of five", () => {
    const keys = ["1", "2", "3", "4", "5", "6"];
    const traces = follow(...keys.map((key) => [lookup(key)]));
    expect(traces.map(({ key }) => key)).toEqual(["6", "5", "4", "3", "2"]);
  });
});

describe("the result of one's own look-up", () => {
  test("says who answered between two looks, and who is nearest", () => {
    const running = follow([lookup("k", ["a", 1, false], ["b", 2, false])]);
    const [trace] = endLookup(running, "k", ["c", "a"], "self");
    expect(answers(trace)).toEqual(["a answered", "b silent", "c answered"]);
    expect(trace).toMatchObject({ running: false, nearest: "c" });
    expect(trace?.asked[2]?.hops).toBeNull();
  });

  test("may be this node itself, which asked nobody that it is", () => {
    const [trace] = endLookup(follow([lookup("k", ["a", 3, true])]), "k", ["self", "a"], "self");
    expect(answers(trace)).toEqual(["a answered"]);
    expect(trace?.nearest).toBe("self");
    expect(trace && longestWay(trace)).toBe(3);
  });

  test("corrects a look-up that was already seen to end", () => {
    const over = follow([lookup("k", ["a", 1, false])], []);
    expect(answers(endLookup(over, "k", ["a"], "self")[0])).toEqual(["a answered"]);
  });
});
