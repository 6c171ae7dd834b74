import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openIndexedDbStore, type PieceStore, StoreUnavailableError } from "../src/index.ts";
import { VERSION } from "../src/schema.ts";
import { settle } from "./harness.ts";
import { piece, record } from "./samples.ts";

const [a, b] = [piece(1), piece(2)];

/** Mishaps of a database that only a double can bring about at will. */
describe("IndexedDB that fails", () => {
  let name: string;
  let store: PieceStore;
  let connections: IDBDatabase[];

  beforeEach(async () => {
    connections = [];
    const begin = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
      if (connections.at(-1) !== this) connections.push(this);
      return begin.apply(this, args);
    });
    name = `connection-test-${Math.random()}`;
    store = await openIndexedDbStore(name);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await store.close();
  });

  /** Ends each transaction with this error when all its requests have succeeded, as a commit does that finds no room. */
  function failCommits(error: string, lastPutIsInto: string): void {
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args) {
      const request = put.apply(this, args);
      const tx = this.transaction as IDBTransaction & { _abort(error: string): void };
      if (this.name === lastPutIsInto) request.addEventListener("success", () => tx._abort(error));
      return request;
    });
  }

  it("reports a disk found full at the commit as quota and keeps nothing of the batch", async () => {
    failCommits("QuotaExceededError", "haves");
    const batch = { pieces: [a], haves: [{ shareId: "s", bits: Uint8Array.of(1) }] };
    expect(await store.write(batch)).toMatchObject({ ok: false, reason: "quota" });
    vi.restoreAllMocks();
    expect(await store.addresses()).toEqual([]);
    expect(await store.have("s")).toBeNull();
  });

  it("reports another failure at the commit as unavailable, with the browser's words", async () => {
    failCommits("DataError", "shares");
    const result = await store.saveShare(record("s", null, null));
    expect(result).toMatchObject({ ok: false, reason: "unavailable", detail: expect.stringContaining("DataError") });
  });

  it("takes a piece whose file is gone for corrupt", async () => {
    await store.write({ pieces: [a], haves: [] });
    vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValue(new DOMException("gone", "NotFoundError"));
    expect(await store.read(a.hash)).toEqual({ ok: false, reason: "corrupt" });
    expect(await store.addresses()).toEqual([]);
  });

  it.each(["NotFoundError", "NotReadableError"])(
    "asks the database once more when a Blob it kept fails (%s)",
    async (name) => {
      await store.write({ pieces: [a], haves: [] });
      vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValueOnce(new DOMException("gone", name));
      expect(await store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
    },
  );

  it("reads neighbours that are asked for at once in one transaction and two reads of the file", async () => {
    const run = Array.from({ length: 16 }, (_, i) => piece(i, 1000));
    await store.write({ pieces: run, haves: [] });
    const begin = vi.spyOn(IDBDatabase.prototype, "transaction");
    const load = vi.spyOn(Blob.prototype, "arrayBuffer");
    begin.mockClear();
    const reads = await Promise.all(run.map(({ hash }) => store.read(hash)));
    expect(reads).toEqual(run.map(({ bytes }) => ({ ok: true, bytes })));
    expect(begin).toHaveBeenCalledOnce();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("keeps nothing of the files ten seconds after the last read", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const load = vi.spyOn(Blob.prototype, "arrayBuffer");
    await store.write({ pieces: [a, b], haves: [] });
    for (const { hash } of [a, b, a, b]) await store.read(hash);
    expect(load).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(20_000);
    await store.read(b.hash);
    expect(load).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });

  it("keeps a piece that cannot be read just now", async () => {
    await store.write({ pieces: [a], haves: [] });
    vi.spyOn(Blob.prototype, "arrayBuffer").mockRejectedValue(new DOMException("busy", "NotReadableError"));
    expect(await store.read(a.hash)).toEqual({ ok: false, reason: "unavailable" });
    vi.restoreAllMocks();
    expect((await store.read(a.hash)).ok).toBe(true);
  });

  it("opens again after the browser closed the database", async () => {
    await store.write({ pieces: [a], haves: [] });
    forceClose(connections.at(-1));
    expect((await store.read(a.hash)).ok).toBe(true);
    expect(connections).toHaveLength(2);
  });

  it("repeats a write that the closing of the database aborted", async () => {
    const writing = store.write({ pieces: [a, b], haves: [] });
    await Promise.resolve();
    forceClose(connections.at(-1));
    expect(await writing).toEqual({ ok: true });
    expect((await store.read(b.hash)).ok).toBe(true);
  });

  it("lets another tab delete the database and starts anew", async () => {
    await store.write({ pieces: [a], haves: [] });
    await settle(indexedDB.deleteDatabase(name));
    expect(await store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
    expect(await store.write({ pieces: [a], haves: [] })).toEqual({ ok: true });
  });

  it("gives nothing of a deleted database, although segments are numbered from the start again", async () => {
    const [old, anew] = [0, 10].map((seed) => Array.from({ length: 4 }, (_, i) => piece(seed + i)));
    for (const pieces of [old!, anew!]) {
      await store.write({ pieces, haves: [] });
      const reads = await Promise.all(pieces.map(({ hash }) => store.read(hash)));
      expect(reads).toEqual(pieces.map(({ bytes }) => ({ ok: true, bytes })));
      await settle(indexedDB.deleteDatabase(name));
    }
  });

  it("lets another tab upgrade the database, and then says that the page must be reloaded", async () => {
    const newer = await settle(indexedDB.open(name, 1000));
    expect(await store.write({ pieces: [a], haves: [] })).toMatchObject({ ok: false, reason: "unavailable" });
    await expect(store.shares()).rejects.toThrow(/Reload the page/);
    await expect(openIndexedDbStore(name)).rejects.toThrow(StoreUnavailableError);
    newer.close();
  });

  it("tells when a tab with an older version holds up the opening", async () => {
    const older = await settle(indexedDB.open(`${name}-old`, VERSION));
    const open = indexedDB.open.bind(indexedDB);
    vi.spyOn(indexedDB, "open").mockImplementation((database) => open(database, VERSION + 1));
    const onBlocked = vi.fn(() => older.close());
    const opened = await openIndexedDbStore(`${name}-old`, { onBlocked }).catch((error: unknown) => error);
    expect(onBlocked).toHaveBeenCalledOnce();
    expect(opened).toBeInstanceOf(StoreUnavailableError); // the double's old database has no tables
  });

  it("rejects when there is no IndexedDB", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    await expect(openIndexedDbStore("other")).rejects.toThrow(StoreUnavailableError);
  });
});

function forceClose(db: IDBDatabase | undefined): void {
  forceCloseDatabase(db as unknown as Parameters<typeof forceCloseDatabase>[0]);
}
