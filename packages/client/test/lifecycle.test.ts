import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lifecycle, type LifecycleEffect, type LifecycleInput } from "../src/lifecycle.ts";

/** What the inputs lead to, one after another, and what the last of them asks for. */
function after(...inputs: readonly LifecycleInput[]) {
  const life = new Lifecycle();
  let effects: readonly LifecycleEffect[] = [];
  for (const input of inputs) effects = life.handle(input);
  return { phase: life.phase, elsewhere: life.isElsewhere, effects };
}

const RUNNING = ["start", "locked"] as const;
const FOLLOWING = ["start", "refused"] as const;

describe("a share in one tab", () => {
  test("tries its lock once its link is known, and not before", () => {
    expect(after()).toMatchObject({ phase: "preparing", elsewhere: false });
    for (const input of ["locked", "refused", "lost", "yield", "use-here"] as const)
      expect(after(input)).toMatchObject({ phase: "preparing", effects: [] });
    expect(after("start")).toMatchObject({ phase: "starting", effects: ["try-lock"] });
  });

  test("runs when no other tab has the lock", () => {
    expect(after(...RUNNING)).toMatchObject({ phase: "running", elsewhere: false, effects: ["run"] });
  });

  test("follows another tab that has the lock, and waits in line", () => {
    expect(after(...FOLLOWING)).toMatchObject({
      phase: "following",
      elsewhere: true,
      effects: ["follow", "wait-for-lock"],
    });
  });

  test("goes on by itself when the tab that ran it is gone", () => {
    expect(after(...FOLLOWING, "locked")).toMatchObject({ phase: "running", effects: ["run"] });
  });

  test("writes everything down before it says that it yielded", () => {
    expect(after(...RUNNING, "yield")).toMatchObject({
      phase: "yielded",
      elsewhere: true,
      effects: ["stop", "say-yielded"],
    });
  });

  test("stops only once when it yielded and the lock is then taken", () => {
    expect(after(...RUNNING, "yield", "lost")).toMatchObject({
      phase: "following",
      effects: ["follow", "wait-for-lock"],
    });
  });

  test("stops and follows when the lock is taken without asking", () => {
    expect(after(...RUNNING, "lost")).toMatchObject({
      phase: "following",
      effects: ["stop", "follow", "wait-for-lock"],
    });
  });

  test("leaves the line to take the lock when the user wants it here", () => {
    expect(after(...FOLLOWING, "use-here")).toMatchObject({ phase: "taking", effects: ["stop-waiting", "take-over"] });
    expect(after(...FOLLOWING, "use-here", "locked")).toMatchObject({ phase: "running", effects: ["run"] });
  });

  test("asks for the lock once however often the user wants it here", () => {
    expect(after(...FOLLOWING, "use-here", "use-here").effects).toEqual([]);
    expect(after(...RUNNING, "use-here").effects).toEqual([]);
  });

  test("stands in line again when the lock could not be taken", () => {
    expect(after(...FOLLOWING, "use-here", "refused")).toMatchObject({
      phase: "following",
      effects: ["follow", "wait-for-lock"],
    });
  });

  test("takes back what it yielded, if the other tab never came", () => {
    expect(after(...RUNNING, "yield", "use-here").effects).toEqual(["take-over"]);
    // Its own former lock is lost to the new one.
    expect(after(...RUNNING, "yield", "use-here", "lost")).toMatchObject({ phase: "taking", effects: [] });
    expect(after(...RUNNING, "yield", "use-here", "lost", "locked").effects).toEqual(["run"]);
  });

  test("does not run twice when the line and the taking both end with the lock", () => {
    expect(after(...FOLLOWING, "use-here", "locked", "locked")).toMatchObject({ phase: "running", effects: [] });
  });

  test("gives a lock back that comes after its end", () => {
    expect(after("start", "end", "locked")).toMatchObject({ phase: "ended", effects: ["release-lock"] });
    expect(after(...FOLLOWING, "end").effects).toEqual(["stop-waiting"]);
  });

  test("stops when it ends while running, and keeps the lock until its pieces are deleted", () => {
    expect(after(...RUNNING, "end")).toMatchObject({ phase: "ended", effects: ["stop"] });
  });

  test("runs and stops by turns whatever comes, and does nothing once ended", () => {
    const input = fc.constantFrom<LifecycleInput>("start", "locked", "refused", "lost", "yield", "use-here", "end");
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
        const life = new Lifecycle();
        const turns: LifecycleEffect[] = [];
        for (const each of inputs) {
          const wasEnded = life.phase === "ended";
          const effects = life.handle(each);
          turns.push(...effects.filter((effect) => effect === "run" || effect === "stop"));
          if (wasEnded) expect(effects.filter((effect) => effect !== "release-lock")).toEqual([]);
          expect(turns.at(-1) === "run").toBe(life.phase === "running");
        }
        expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? "run" : "stop")));
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
