import { describe, expect, test, vi } from "vitest";
import type { Client } from "../../../packages/client/src/api.ts";
import { appendSample, HISTORY_SAMPLES, historyColumns } from "../src/logic/rate-history.ts";
import { createAppStore } from "../src/state/store.ts";
import { sampleRates, syncStore } from "../src/state/sync.ts";
import { FakeShare } from "./fake-share.ts";

const FILES = [{ path: "a", size: 84_000_000, type: "" }];

function setUp() {
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  const share = new FakeShare(
    { id: "x", title: "T", files: FILES, state: "downloading", selection: ["a"] },
    { changed: notify, removed: () => {} },
  );
  const client = {
    shares: () => [share],
    stats: () => ({ links: 1, signaling: "open" }),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Client;
  return { share, client, notify, listeners, store: createAppStore() };
}

describe("the store", () => {
  test("holds the client's shares from the start and follows it", () => {
    const { share, client, notify, store } = setUp();
    const stop = syncStore(client, store);
    expect(store.getState().shares[0]).toMatchObject({ state: "downloading", progress: { bytesVerified: 0 } });
    share.advance(1);
    notify();
    expect(store.getState().shares[0]?.progress.bytesVerified).toBe(8_400_000);
    stop();
  });

  test("says nothing to React when nothing changed, and keeps what did not", () => {
    const { share, client, notify, store } = setUp();
    const stop = syncStore(client, store);
    const before = store.getState().shares[0];
    const listener = vi.fn();
    store.subscribe(listener);
    notify();
    expect(listener).not.toHaveBeenCalled();
    share.advance(1);
    notify();
    expect(listener).toHaveBeenCalledOnce();
    expect(store.getState().shares[0]?.selection).toBe(before?.selection);
    expect(store.getState().shares[0]?.files).toBe(before?.files);
    stop();
  });

  test("a view is a copy: the live share moving on does not change it", () => {
    const { share, client, store } = setUp();
    const stop = syncStore(client, store);
    const before = store.getState().shares[0];
    share.pause();
    expect(before?.state).toBe("downloading");
    expect(store.getState().shares[0]?.state).toBe("paused");
    stop();
  });

  test("stops listening when told", () => {
    const { client, listeners, store } = setUp();
    syncStore(client, store)();
    expect(listeners.size).toBe(0);
  });
});

describe("rates", () => {
  const flowing = { time: 0, down: 5, up: 0 };

  test("two minutes are kept, and nothing of a silent share", () => {
    let history = appendSample([], flowing);
    for (let second = 1; second < HISTORY_SAMPLES; second += 1) {
      history = appendSample(history, { time: second * 1000, down: 0, up: 0 });
    }
    expect(history).toHaveLength(HISTORY_SAMPLES);
    expect(appendSample(history, { time: 1e6, down: 0, up: 0 })).toEqual([]);
  });

  test("columns count seconds back from the newest sample", () => {
    const columns = historyColumns([flowing, { time: 2000, down: 7, up: 1 }]);
    expect(columns).toEqual([
      [-2, 0],
      [5, 7],
      [0, 1],
    ]);
  });

  test("a removed share takes its history along", () => {
    const rates = new Map([["gone", [flowing]]]);
    expect(sampleRates(rates, [], 0).size).toBe(0);
  });
});
