import type { Machine } from "@starling/protocol";
import { expect, test } from "vitest";
import { Runner } from "../src/runner.ts";
import { Watch } from "../src/watch.ts";

test("input that an effect causes waits until the effects before it are done", () => {
  const seen: string[] = [];
  const machine: Machine<string, string> = { handle: (input) => (input === "a" ? ["1", "2"] : [`${input}!`]) };
  const runner = new Runner(machine, (effect) => {
    seen.push(effect);
    if (effect === "1") runner.dispatch("b");
  });
  runner.dispatch("a");
  expect(seen).toEqual(["1", "2", "b!"]);
});

test("a watch resolves once its condition holds and looks again only when touched", async () => {
  const watch = new Watch();
  let ready = false;
  let looks = 0;
  const waiting = watch.until(() => {
    looks++;
    return ready;
  });
  ready = true;
  expect(looks).toBe(1);
  watch.touch();
  await waiting;
  expect(looks).toBe(2);
});

test("a watch rejects with what its condition throws, and with the reason of its signal", async () => {
  const watch = new Watch();
  await expect(
    watch.until(() => {
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  const stop = new AbortController();
  const waiting = watch.until(() => false, stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
});
