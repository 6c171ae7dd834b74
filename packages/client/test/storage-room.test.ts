import { afterEach, expect, test, vi } from "vitest";
import { askToKeep, quota } from "../src/storage-room.ts";

afterEach(() => vi.unstubAllGlobals());

test("the quota is what the browser says", async () => {
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ usage: 1, quota: 5000 }) } });
  expect(await quota()).toBe(5000);
});

test.each([
  ["no storage manager", {}],
  ["a storage manager without estimate and persist", { storage: {} }],
  ["an estimate without a quota", { storage: { estimate: async () => ({}) } }],
])("nothing is known of the quota in a browser with %s, and nothing breaks", async (_, navigator) => {
  vi.stubGlobal("navigator", navigator);
  expect(await quota()).toBe(null);
  await askToKeep();
});

test("the browser is asked to keep what is stored", async () => {
  const persist = vi.fn(async () => true);
  vi.stubGlobal("navigator", { storage: { persist } });
  await askToKeep();
  expect(persist).toHaveBeenCalledOnce();
});
