import { expect, test } from "vitest";
import type { Client, Share } from "../../../packages/client/src/api.ts";
import { LinkError, NotFoundError, PasswordError } from "../../../packages/client/src/errors.ts";
import { beginOpening, takeBegun } from "../src/state/begun-opening.ts";
import { openRoute } from "../src/state/opening.ts";
import { createAppStore } from "../src/state/store.ts";

const share = { id: "x" } as Share;

async function open(behaviour: (link: string) => Promise<Share>) {
  const store = createAppStore();
  const client = { open: behaviour } as unknown as Client;
  const signal = new AbortController().signal;
  const id = await openRoute(client, store, "/s/a.b", { pageAddress: "https://s.example/", signal });
  return { id, opening: store.getState().opening };
}

test("a known share is where the link leads", async () => {
  const result = await open(async (link) => {
    expect(link).toBe("https://s.example/#/s/a.b");
    return share;
  });
  expect(result).toEqual({ id: "x", opening: null });
});

test("nobody there: the page of the share that goes on looking", async () => {
  expect(await open(() => Promise.reject(new NotFoundError(share)))).toEqual({ id: "x", opening: null });
});

test("a password is asked for, and asked again when wrong", async () => {
  expect((await open(() => Promise.reject(new PasswordError("missing")))).opening).toMatchObject({ wrong: false });
  expect((await open(() => Promise.reject(new PasswordError("wrong")))).opening).toMatchObject({ wrong: true });
});

test("a bad link says what is wrong with it", async () => {
  const { id, opening } = await open(() => Promise.reject(new LinkError("cut", "Its end is missing.")));
  expect(id).toBeNull();
  expect(opening).toMatchObject({ phase: "failed", title: "This link is cut off", message: "Its end is missing." });
});

test("leaving the page is no failure", async () => {
  const { opening } = await open(() => Promise.reject(new DOMException("left", "AbortError")));
  expect(opening).toMatchObject({ phase: "looking" });
});

interface Parts {
  readonly open?: (link: string, options?: { readonly signal?: AbortSignal }) => Promise<Share>;
  readonly stats?: () => { readonly signaling: "open" | "closed" };
  readonly subscribe?: (listener: () => void) => () => void;
}

function clientOf(parts: Parts): Client {
  const idle = { open: async () => share, stats: () => ({ signaling: "open" }), subscribe: () => () => undefined };
  return { ...idle, ...parts } as unknown as Client;
}

test("a link in the address bar is opened once, before the page is drawn", async () => {
  const asked: string[] = [];
  const client = clientOf({
    open: async (link) => {
      asked.push(link);
      return share;
    },
  });
  await beginOpening(client, new URL("https://s.example/#/s/a.b"));
  const begun = takeBegun("/s/a.b");
  const store = createAppStore();
  const options = { pageAddress: "https://s.example/", signal: new AbortController().signal };
  expect(await openRoute(client, store, "/s/a.b", { ...options, ...(begun && { begun: begun.share }) })).toBe("x");
  expect(asked).toEqual(["https://s.example/#/s/a.b"]);
  expect(takeBegun("/s/a.b")).toBeNull();
});

test("nothing is begun for other addresses, and nothing taken over for another link", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const client = clientOf({
    open: (_, options) => {
      signals.push(options?.signal);
      return Promise.reject(new LinkError("cut", "Its end is missing."));
    },
  });
  await beginOpening(client, new URL("https://s.example/#/network"));
  expect(takeBegun("/network")).toBeNull();
  expect(signals).toEqual([]);
  await beginOpening(client, new URL("https://s.example/#/s/a"));
  expect(takeBegun("/s/b")).toBeNull();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});

test("the page is drawn once the server is reached, and half a second later without it", async () => {
  let signaling: "open" | "closed" = "closed";
  const listeners = new Set<() => void>();
  const client = clientOf({
    stats: () => ({ signaling }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const link = new URL("https://s.example/#/s/a.b");
  const begun = beginOpening(client, link);
  signaling = "open";
  for (const listener of listeners) listener();
  await begun;
  expect(listeners.size).toBe(0);

  signaling = "closed";
  const startedAt = performance.now();
  await beginOpening(client, link);
  expect(performance.now() - startedAt).toBeGreaterThan(450);
  expect(listeners.size).toBe(0);
});
