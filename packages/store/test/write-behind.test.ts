import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  createMemoryStore,
  createWriteBehind,
  type PieceStore,
  type WriteBatch,
  type WriteBehind,
  type WriteReport,
  type WriteResult,
} from "../src/index.ts";
import { piece, unhashed } from "./samples.ts";

const KIB = 1024;

/** A store whose writes end when the test says so. */
class HeldStore {
  readonly batches: WriteBatch[] = [];
  readonly #memory: PieceStore = createMemoryStore();
  #held: ((result?: WriteResult) => Promise<void>)[] = [];

  write(batch: WriteBatch): Promise<WriteResult> {
    this.batches.push(batch);
    return new Promise((resolve) => {
      this.#held.push(async (result) => resolve(result ?? (await this.#memory.write(batch))));
    });
  }

  get underWay(): number {
    return this.#held.length;
  }

  /** Ends the oldest write under way, and lets what waits for it run. */
  async end(result?: WriteResult): Promise<void> {
    await this.#held.shift()?.(result);
    await vi.advanceTimersByTimeAsync(0);
  }

  have(shareId: string): Promise<Uint8Array | null> {
    return this.#memory.have(shareId);
  }

  /** Piece counts of the batches so far. */
  get sizes(): number[] {
    return this.batches.map((batch) => batch.pieces.length);
  }
}

describe("write-behind", () => {
  let store: HeldStore;
  let reports: WriteReport[];
  let writer: WriteBehind;

  beforeEach(() => {
    vi.useFakeTimers();
    store = new HeldStore();
    reports = [];
    writer = createWriteBehind(store, {}, (report) => reports.push(report));
    writer.register("s", 200, null);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function add(index: number, length = 1000, shareId = "s"): boolean {
    return writer.add({ shareId, pieces: [index], ...unhashed(index, length) });
  }

  it("waits 250 ms from the first piece and then writes all that came", async () => {
    add(0);
    await vi.advanceTimersByTimeAsync(200);
    add(1);
    await vi.advanceTimersByTimeAsync(49);
    expect(store.sizes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(store.sizes).toEqual([2]);
  });

  it("writes at once when 4 MiB are there", () => {
    for (let i = 0; i < 15; i++) add(i, 256 * KIB);
    expect(store.sizes).toEqual([]);
    add(15, 256 * KIB);
    expect(store.sizes).toEqual([16]);
  });

  it("keeps one write under way, and writes the next as soon as it ends if it is due", async () => {
    for (let i = 0; i < 40; i++) add(i, 256 * KIB);
    expect(store.sizes).toEqual([16]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.underWay).toBe(1);
    await store.end();
    expect(store.sizes).toEqual([16, 16]);
    await store.end();
    expect(store.sizes).toEqual([16, 16, 8]);
    await store.end();
    expect(writer.dirtyBytes).toBe(0);
  });

  it("gives later pieces their own 250 ms", async () => {
    add(0);
    await vi.advanceTimersByTimeAsync(250);
    add(1);
    await vi.advanceTimersByTimeAsync(100);
    await store.end();
    expect(store.sizes).toEqual([1]);
    await vi.advanceTimersByTimeAsync(150);
    expect(store.sizes).toEqual([1, 1]);
  });

  it("writes the have-set of a share with its pieces and keeps the bits it was given", async () => {
    writer.register("t", 10, Uint8Array.of(0b0100_0000, 0b0100_0000));
    add(0, 100, "t");
    add(9, 100, "t");
    await vi.advanceTimersByTimeAsync(250);
    expect(store.batches[0]?.haves).toEqual([{ shareId: "t", bits: Uint8Array.of(0b1100_0000, 0b0100_0000) }]);
    await store.end();
    expect(await store.have("t")).toEqual(Uint8Array.of(0b1100_0000, 0b0100_0000));
  });

  it("sets the bits of every index that has the piece's address", async () => {
    writer.add({ shareId: "s", pieces: [0, 7, 8], ...piece(1) });
    await vi.advanceTimersByTimeAsync(250);
    expect(store.batches[0]?.haves[0]?.bits.subarray(0, 2)).toEqual(Uint8Array.of(0b1000_0001, 0b1000_0000));
  });

  it("reports what is stored, by share, when the write has ended", async () => {
    writer.register("t", 10, null);
    add(3);
    add(4, 100, "t");
    add(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(reports).toEqual([]);
    await store.end();
    expect(reports).toEqual([
      { type: "stored", shareId: "s", pieces: [3, 1] },
      { type: "stored", shareId: "t", pieces: [4] },
    ]);
  });

  it("keeps refused pieces out of memory and of later have-sets, and says which and why", async () => {
    add(0);
    await vi.advanceTimersByTimeAsync(250);
    await store.end({ ok: false, reason: "quota", detail: "full" });
    expect(reports).toEqual([{ type: "failed", shareId: "s", pieces: [0], reason: "quota", detail: "full" }]);
    expect(writer.dirtyBytes).toBe(0);
    expect(writer.waiting(unhashed(0, 1).hash)).toBeNull();
    add(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(store.batches[1]?.haves[0]?.bits[0]).toBe(0b0100_0000);
  });

  it("reports a store that throws as unavailable", async () => {
    const broken = createWriteBehind({ write: () => Promise.reject(new Error("boom")) }, {}, (report) =>
      reports.push(report),
    );
    broken.register("s", 1, null);
    broken.add({ shareId: "s", pieces: [0], ...piece(0) });
    await broken.flush();
    expect(reports).toMatchObject([{ type: "failed", reason: "unavailable", detail: "Error: boom" }]);
  });

  it("counts bytes as dirty until their write has ended, and is full at the bound", async () => {
    const small = createWriteBehind(store, { batchBytes: 1000, maxDirtyBytes: 2000 }, () => undefined);
    small.register("s", 10, null);
    small.add({ shareId: "s", pieces: [0], ...piece(0, 1000) });
    expect([small.dirtyBytes, small.full]).toEqual([1000, false]);
    small.add({ shareId: "s", pieces: [1], ...piece(1, 1000) });
    expect([small.dirtyBytes, small.full]).toEqual([2000, true]);
    await store.end();
    expect([small.dirtyBytes, small.full]).toEqual([1000, false]);
  });

  it("gives the bytes of a piece until they are written", async () => {
    add(0);
    const { hash, bytes } = unhashed(0, 1000);
    expect(writer.waiting(hash)).toEqual(bytes);
    await vi.advanceTimersByTimeAsync(250);
    expect(writer.waiting(hash)).toEqual(bytes);
    await store.end();
    expect(writer.waiting(hash)).toBeNull();
  });

  it("flushes what is there now, in several batches if need be, and does not wait for what comes later", async () => {
    for (let i = 0; i < 24; i++) add(i, 256 * KIB);
    let flushed = false;
    void writer.flush().then(() => {
      flushed = true;
    });
    await store.end();
    expect(store.sizes).toEqual([16, 8]);
    for (let i = 24; i < 64; i++) add(i, 256 * KIB);
    expect(flushed).toBe(false);
    await store.end();
    expect(flushed).toBe(true);
    expect(store.underWay).toBe(1);
  });

  it("flushes nothing at once", async () => {
    await writer.flush();
    expect(store.sizes).toEqual([]);
  });

  it("refuses pieces of unknown shares and out of range, and have-sets of another length", () => {
    expect(add(0, 10, "nobody")).toBe(false);
    expect(add(200)).toBe(false);
    expect(add(-1)).toBe(false);
    expect(writer.dirtyBytes).toBe(0);
    expect(() => writer.register("u", 9, new Uint8Array(1))).toThrow(RangeError);
  });

  it("forgets a share: drops what waits, ends after the write under way, reports nothing", async () => {
    writer.register("t", 10, null);
    add(0);
    await vi.advanceTimersByTimeAsync(250);
    add(1);
    add(2, 500, "t");
    let forgotten = false;
    void writer.forget("s").then(() => {
      forgotten = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(forgotten).toBe(false);
    expect(writer.dirtyBytes).toBe(1500);
    await store.end();
    expect(forgotten).toBe(true);
    expect(reports).toEqual([]);
    await vi.advanceTimersByTimeAsync(250);
    await store.end();
    expect(reports).toEqual([{ type: "stored", shareId: "t", pieces: [2] }]);
    expect(add(3)).toBe(false);
  });

  it("takes withdrawn pieces out of the stored have-set", async () => {
    writer.register("t", 8, Uint8Array.of(0xff));
    writer.withdraw("t", [0, 7]);
    const flushed = writer.flush();
    await store.end();
    await flushed;
    expect(await store.have("t")).toEqual(Uint8Array.of(0b0111_1110));
    expect(reports).toEqual([]);
  });
});
