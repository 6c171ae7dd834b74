import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Client } from "../../../packages/client/src/api.ts";
import { OverlayWatch } from "../src/state/overlay-watch.ts";
import { createAppStore } from "../src/state/store.ts";
import { FakeOverlay } from "./fake-overlay.ts";

const KEY = new Uint8Array(32).fill(0x3c);

function setUp(links = 6) {
  const overlay = new FakeOverlay("ab".repeat(32), links);
  const view = vi.spyOn(overlay, "view");
  const client = { nodeId: "ab".repeat(32), overlay } as unknown as Client;
  const store = createAppStore();
  const page = { seen: true };
  return { overlay, view, store, page, watch: new OverlayWatch(client, store, () => page.seen) };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("watching the overlay", () => {
  test("looks at once, then every second, and not after the page is left", () => {
    const { view, store, watch } = setUp();
    watch.start();
    expect(store.getState().overlay?.view.links).toHaveLength(6);
    vi.advanceTimersByTime(5000);
    expect(view).toHaveBeenCalledTimes(6);
    watch.stop();
    vi.advanceTimersByTime(5000);
    expect(view).toHaveBeenCalledTimes(6);
    expect(store.getState().overlay).toBeNull();
  });

  test("does not look while the tab is in the background, and goes on after", () => {
    const { view, page, watch } = setUp();
    watch.start();
    page.seen = false;
    vi.advanceTimersByTime(5000);
    expect(view).toHaveBeenCalledTimes(1);
    page.seen = true;
    vi.advanceTimersByTime(1000);
    expect(view).toHaveBeenCalledTimes(2);
    watch.stop();
  });

  test("follows a look-up of its own from the first question to the result", async () => {
    const { store, watch } = setUp();
    watch.start();
    const done = watch.lookUp(KEY);
    const latest = () => store.getState().overlay?.lookups[0];
    expect(latest()).toMatchObject({ key: "3c".repeat(32), running: true });
    const before = latest()?.asked.length ?? 0;
    await vi.advanceTimersByTimeAsync(300);
    expect(latest()?.asked.length).toBeGreaterThan(before);
    await vi.advanceTimersByTimeAsync(2000);
    await done;
    expect(latest()).toMatchObject({ running: false, nearest: expect.any(String) });
    watch.stop();
  });

  test("renders rarely while it samples often", async () => {
    const { store, view, watch } = setUp();
    watch.start();
    const renders = vi.fn();
    store.subscribe(renders);
    const done = watch.lookUp(KEY);
    await vi.advanceTimersByTimeAsync(500);
    expect(renders.mock.calls.length).toBeLessThanOrEqual(6);
    expect(view.mock.calls.length).toBeGreaterThan(50);
    await vi.advanceTimersByTimeAsync(2000);
    await done;
    watch.stop();
  });

  test("a look-up that ends after the page was left wakes nothing", async () => {
    const { view, store, watch } = setUp();
    watch.start();
    const done = watch.lookUp(KEY);
    watch.stop();
    await vi.advanceTimersByTimeAsync(2000);
    await done;
    const looks = view.mock.calls.length;
    vi.advanceTimersByTime(5000);
    expect(view.mock.calls.length).toBe(looks);
    expect(store.getState().overlay).toBeNull();
  });

  test("a look-up that fails rejects and ends its watching", async () => {
    const { overlay, view, watch } = setUp();
    watch.start();
    overlay.lookup = async () => {
      throw new Error("nobody answered");
    };
    await expect(watch.lookUp(KEY)).rejects.toThrow("nobody answered");
    const looks = view.mock.calls.length;
    vi.advanceTimersByTime(1000);
    expect(view.mock.calls.length).toBeLessThanOrEqual(looks + 1);
    watch.stop();
  });
});
