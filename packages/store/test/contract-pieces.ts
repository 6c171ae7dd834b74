import { pieceHashOf } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import type { PieceStore, ReadResult } from "../src/index.ts";
import type { StoreUnderTest } from "./contract.ts";
import type { Damage } from "./harness.ts";
import { a, b, c, d, piece, record } from "./samples.ts";

const DAMAGES: readonly Damage[] = ["flip", "cut", "lose", "garble"];

/** The address of the bytes that were read, or why there are none; quicker than comparing large arrays. */
function given(read: ReadResult): string {
  return read.ok ? pieceHashOf(read.bytes) : read.reason;
}

/** What every PieceStore does with pieces, and when they are spoiled. */
export function describePieces(at: StoreUnderTest): void {
  describe("pieces", () => {
    it("reads back what was written", async () => {
      expect(await at.store.write({ pieces: [a, d], haves: [] })).toEqual({ ok: true });
      expect(await at.store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
      expect(await at.store.read(d.hash)).toEqual({ ok: true, bytes: d.bytes });
    });

    it("answers missing for a piece it never saw", async () => {
      expect(await at.store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
    });

    it("keeps an empty piece and one of a single byte", async () => {
      const [none, one] = [piece(0, 0), piece(0, 1)];
      await at.store.write({ pieces: [none, one], haves: [] });
      expect(await at.store.read(none.hash)).toEqual({ ok: true, bytes: none.bytes });
      expect(await at.store.read(one.hash)).toEqual({ ok: true, bytes: one.bytes });
    });

    it("takes the same piece twice, in one batch and in two", async () => {
      await at.store.write({ pieces: [a, a], haves: [] });
      await at.store.write({ pieces: [b, a], haves: [] });
      expect(await at.store.addresses()).toEqual([a.hash, b.hash].sort());
      expect(await at.store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
    });

    it("stores the bytes of a view and not the buffer around it, and gives exactly sized arrays", async () => {
      const buffer = new Uint8Array(100_000);
      buffer.set(a.bytes, 5000);
      await at.store.write({
        pieces: [{ hash: a.hash, bytes: buffer.subarray(5000, 5000 + a.bytes.length) }],
        haves: [],
      });
      const read = await at.store.read(a.hash);
      expect(read.ok && read.bytes.buffer.byteLength).toBe(a.bytes.length);
    });

    it("is not changed by what the caller does to its arrays afterwards", async () => {
      const bytes = a.bytes.slice();
      const bits = Uint8Array.of(1);
      await at.store.write({ pieces: [{ hash: a.hash, bytes }], haves: [{ shareId: "s", bits }] });
      bytes.fill(0);
      bits.fill(0);
      const first = await at.store.read(a.hash);
      if (first.ok) first.bytes.fill(0);
      (await at.store.have("s"))?.fill(0);
      expect(await at.store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
      expect(await at.store.have("s")).toEqual(Uint8Array.of(1));
    });

    it("says which pieces are present, in the order asked and also for many", async () => {
      await at.store.write({ pieces: [a, c], haves: [] });
      expect(await at.store.present([c.hash, b.hash, a.hash, c.hash])).toEqual([true, false, true, true]);
      expect(await at.store.present([])).toEqual([]);
      const many = Array.from({ length: 1000 }, (_, i) => (i === 500 ? a : piece(i + 100, 10)).hash);
      expect((await at.store.present(many)).flatMap((present, i) => (present ? [i] : []))).toEqual([500]);
    });
  });

  describe("runs of neighbours", () => {
    const run = [60_000, 65_536, 1, 300_000, 0, 600_000, 65_536, 70_000, 500_000, 65_536].map((length, i) =>
      piece(20 + i, length),
    );
    const share = record("s", run.slice(2), null);
    const hashes = run.map(({ hash }) => hash);
    const readAll = (from: PieceStore) => Promise.all(hashes.map(async (hash) => given(await from.read(hash))));

    it("reads them in parallel, again, backwards and one by one", async () => {
      await at.store.write({ pieces: run, haves: [] });
      expect(await readAll(at.store)).toEqual(hashes);
      expect(await readAll(at.store)).toEqual(hashes);
      for (const hash of hashes.toReversed()) expect(given(await at.store.read(hash))).toBe(hash);
    });

    it("does not give a piece that was removed here or in another tab since its neighbours were read", async () => {
      const other = await at.harness.open();
      await at.store.saveShare(record("kept", run.slice(0, 2), null));
      for (const remover of [at.store, other]) {
        await at.store.saveShare(share);
        await at.store.write({ pieces: run, haves: [] });
        await readAll(at.store);
        await remover.removeShare("s");
        expect(await readAll(at.store)).toEqual(hashes.map((hash, i) => (i < 2 ? hash : "missing")));
      }
    });

    for (const damage of DAMAGES) {
      it(`gives the right bytes or none when they are spoiled after a first read (${damage})`, async () => {
        await at.store.write({ pieces: run, haves: [] });
        await readAll(at.store);
        await at.harness.damage(run[6]!.hash, damage);
        for (const [i, read] of (await readAll(at.store)).entries()) {
          const spoiled = i === 6 || damage === "cut" || damage === "lose";
          expect(spoiled ? [hashes[i], "corrupt"] : [hashes[i]]).toContain(read);
        }
      });
    }
  });

  describe("corruption", () => {
    for (const damage of DAMAGES) {
      it(`reports a piece as corrupt once and then as missing (${damage})`, async () => {
        await at.store.write({ pieces: [a], haves: [] });
        await at.store.write({ pieces: [b], haves: [] });
        await at.harness.damage(a.hash, damage);
        expect(await at.store.read(a.hash)).toEqual({ ok: false, reason: "corrupt" });
        expect(await at.store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
        expect(await at.store.present([a.hash, b.hash])).toEqual([false, true]);
        expect((await at.store.read(b.hash)).ok).toBe(true);
      });
    }

    it("keeps the other pieces of a batch when one is corrupt", async () => {
      await at.store.write({ pieces: [a, b, c], haves: [] });
      await at.harness.damage(b.hash, "flip");
      expect((await at.store.read(b.hash)).ok).toBe(false);
      expect((await at.store.read(a.hash)).ok).toBe(true);
      expect((await at.store.read(c.hash)).ok).toBe(true);
    });

    it("is healed by writing the piece again", async () => {
      await at.store.write({ pieces: [a], haves: [] });
      await at.harness.damage(a.hash, "flip");
      await at.store.write({ pieces: [a], haves: [] });
      expect(await at.store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
    });
  });
}
