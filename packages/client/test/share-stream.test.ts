import { describe, expect, it } from "vitest";
import type { Content } from "../src/content.ts";
import type { Reading } from "../src/share-model.ts";
import { type StreamHost, streamFile } from "../src/share-stream.ts";
import { Watch } from "../src/watch.ts";

const PIECE = 100_000;
const SIZE = 10 * PIECE - 7;

/** A share with one file from content piece 5 on, whose byte i is i modulo 251; pieces are here once they are given. */
class Host implements StreamHost {
  readonly here = new Set<number>();
  readonly readings: (Reading | null)[] = [];
  readonly lost: number[] = [];
  readonly #watch = new Watch();
  readonly content = {
    plainSize: PIECE,
    file: () => ({ first: 5, size: SIZE }),
    plain: async (piece: number) => {
      if (this.gone.has(piece)) return "missing";
      const start = (piece - 5) * PIECE;
      return bytesOf(start, Math.min(SIZE, start + PIECE));
    },
  } as unknown as Content;
  readonly gone = new Set<number>();

  give(...pieces: readonly number[]): void {
    for (const piece of pieces) this.here.add(piece);
    this.#watch.touch();
  }

  pieceReady(piece: number, signal: AbortSignal): Promise<void> {
    return this.#watch.until(() => this.here.has(piece), signal);
  }

  want(reading: Reading | null): void {
    this.readings.push(reading);
  }

  waiting(): null {
    return null;
  }

  missing(piece: number): void {
    this.lost.push(piece);
  }
}

function bytesOf(start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: end - start }, (_, i) => (start + i) % 251);
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a stream of a file", () => {
  it("gives exactly the bytes asked for, piece by piece", async () => {
    const host = new Host();
    host.give(...Array.from({ length: 10 }, (_, i) => 5 + i));
    for (const [start, end] of [
      [0, SIZE],
      [1, 2],
      [PIECE - 1, PIECE + 1],
      [250_000, 250_001],
      [9 * PIECE, SIZE],
    ] as const) {
      const bytes = new Uint8Array(await new Response(streamFile(host, 0, start, end) as BodyInit).arrayBuffer());
      expect(Buffer.compare(bytes, bytesOf(start, end))).toBe(0);
    }
  });

  it("asks for the piece that is waited for at once, and for none behind its end", async () => {
    const host = new Host();
    const reader = streamFile(host, 0, PIECE, 3 * PIECE).getReader();
    await settled();
    expect(host.readings).toMatchObject([{ range: [6, 2], due: 0 }]);
    host.give(6, 7);
    await reader.read();
    await reader.read();
    expect(host.readings.at(-1)).toBeNull();
    expect((await reader.read()).done).toBe(true);
  });

  it("is in no hurry while nobody reads, and fetches no further", async () => {
    const host = new Host();
    host.give(5, 6, 7, 8);
    streamFile(host, 0, 0, SIZE);
    await settled();
    expect(host.readings).toMatchObject([
      { range: [5, 10], due: 0 },
      { range: [6, 9], due: 10_000 },
    ]);
  });

  it("stops fetching when it is cancelled, also while it waits", async () => {
    const host = new Host();
    const stream = streamFile(host, 0, 0, SIZE);
    await settled();
    await stream.cancel();
    await settled();
    expect(host.readings.at(-1)).toBeNull();
    host.give(5);
    await settled();
    expect(host.readings.filter((reading) => reading !== null)).toHaveLength(1);
  });

  it("fetches a piece again that vanished, and gives up in the end with a sentence", async () => {
    const host = new Host();
    host.give(5, 6);
    host.gone.add(5);
    await expect(streamFile(host, 0, 0, SIZE).getReader().read()).rejects.toThrow(
      /vanished from this browser's storage/,
    );
    expect(host.lost).toEqual([5, 5, 5]);
    expect(host.readings.at(-1)).toBeNull();
  });

  it("of nothing is empty and asks for nothing", async () => {
    const host = new Host();
    expect((await streamFile(host, 0, SIZE, SIZE).getReader().read()).done).toBe(true);
    expect(host.readings).toEqual([]);
  });
});
