import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Notifier } from "../src/notifier.ts";

let clock = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("document", { visibilityState: "hidden" });
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A notifier whose listener notes the time and takes `drawingMs` to draw. */
function watched(drawingMs: number): { notifier: Notifier; told: number[] } {
  const notifier = new Notifier();
  const begun = clock;
  const told: number[] = [];
  notifier.subscribe(() => {
    told.push(clock - begun);
    // As React does: what it was told of is drawn in a microtask.
    queueMicrotask(() => {
      clock += drawingMs;
    });
  });
  return { notifier, told };
}

/** When three seconds of progress that never ceases are told of, in ms. */
async function toldAt(drawingMs: number): Promise<number[]> {
  const { notifier, told } = watched(drawingMs);
  const end = clock + 3_000;
  while (clock < end) {
    notifier.progressed();
    await vi.advanceTimersByTimeAsync(10);
    clock += 10;
  }
  return told;
}

test("progress is told twice a second", async () => {
  expect(await toldAt(0)).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500]);
  expect(await toldAt(10)).toHaveLength(6);
});

test("progress is told less often where drawing it takes long, down to once a second", async () => {
  expect((await toldAt(15))[1]).toBeCloseTo(750, -2);
  expect((await toldAt(200))[1]).toBeCloseTo(1_000, -2);
});

test("a change is told at once, however long drawing takes", async () => {
  const { notifier, told } = watched(200);
  notifier.progressed();
  await vi.advanceTimersByTimeAsync(0);
  notifier.progressed();
  notifier.changed();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([0, 200]);
});
