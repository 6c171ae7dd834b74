import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SegmentReader, type Span } from "../src/segment-reader.ts";

const SIZE = 4096;
const PIECE = 64;
const BYTES = crypto.getRandomValues(new Uint8Array(SIZE));
const BLOB = new Blob([BYTES]);

describe("reader of segments", () => {
  const load = vi.spyOn(Blob.prototype, "arrayBuffer");
  let reader: SegmentReader;

  beforeEach(() => {
    load.mockClear();
    reader = new SegmentReader({ windowBytes: 256, cacheBytes: 1024 });
  });
  afterEach(() => load.mockReset());

  /** The bytes of these pieces, one after another, and how often a Blob was read for them. */
  async function readsOf(pieces: readonly number[], blob = BLOB): Promise<number> {
    load.mockClear();
    for (const i of pieces) expect(await reader.read(span(i, blob))).toEqual(BYTES.slice(i * PIECE, (i + 1) * PIECE));
    return load.mock.calls.length;
  }

  it("gives the bytes of any spans, whatever their order and however many at once", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ offset: fc.nat(SIZE), length: fc.nat(700), segment: fc.nat(1) }), { maxLength: 40 }),
        fc.constantFrom(1, 7, 256, 5000),
        async (spans, windowBytes) => {
          reader = new SegmentReader({ windowBytes, cacheBytes: 600 });
          const inside = spans.map(({ offset, length, segment }) => ({
            segment,
            blob: BLOB,
            offset,
            length: Math.min(length, SIZE - offset),
          }));
          // Each is followed by its neighbour, which is what makes a run.
          const all = inside.flatMap((one) => {
            const offset = one.offset + one.length;
            return [one, { ...one, offset, length: Math.min(50, SIZE - offset) }];
          });
          const read = await Promise.all(all.map((one) => reader.read(one)));
          expect(read).toEqual(all.map(({ offset, length }) => BYTES.slice(offset, offset + length)));
        },
      ),
      { numRuns: 50 },
    ));

  it("reads a run window by window after its first piece", async () => {
    expect(await readsOf(range(0, 16))).toBe(5);
    expect(await readsOf(range(0, 16))).toBe(0);
  });

  it("shares one read between neighbours that are asked for at once", async () => {
    await Promise.all(range(0, 4).map((i) => reader.read(span(i))));
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("reads pieces alone that continue no run", async () => {
    const scattered = [40, 3, 22, 9, 61, 5];
    expect(await readsOf(scattered)).toBe(scattered.length);
    const [read] = await Promise.all([load.mock.results[0]?.value as Promise<ArrayBuffer>]);
    expect(read?.byteLength).toBe(PIECE);
  });

  it("keeps no more than its bound and drops the least recently used window first", async () => {
    await readsOf(range(0, 16));
    expect(await readsOf([0])).toBe(0);
    expect(await readsOf(range(16, 20))).toBe(1);
    expect(await readsOf([1, 9, 13, 17])).toBe(0);
    expect(await readsOf([5])).toBe(1);
  });

  it("gives copies, so that what a caller does to one piece shows in no other read", async () => {
    await readsOf(range(0, 4));
    (await reader.read(span(1))).fill(0);
    expect(await readsOf([1])).toBe(0);
  });

  it("uses no window of another Blob under the same number, nor any after it was cleared", async () => {
    await readsOf(range(0, 4));
    expect(await readsOf([2], new Blob([BYTES]))).toBe(1);
    reader.clear();
    expect(await readsOf([0])).toBe(1);
  });

  it("does not keep a window that could not be read", async () => {
    await readsOf([0]);
    load.mockRejectedValueOnce(new DOMException("busy", "NotReadableError"));
    await expect(reader.read(span(1))).rejects.toThrow("busy");
    expect(await readsOf([1, 2])).toBe(2);
    expect(await readsOf([2, 3])).toBe(0);
  });
});

function span(piece: number, blob = BLOB): Span {
  return { segment: 1, blob, offset: piece * PIECE, length: PIECE };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
