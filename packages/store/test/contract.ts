import { pieceHashOf } from "@starling/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PieceStore, type ReadResult, StoreUnavailableError } from "../src/index.ts";
import type { Damage, StoreHarness } from "./harness.ts";
import { piece, record, slot } from "./samples.ts";

const [a, b, c, d] = [piece(1), piece(2), piece(3), piece(4, 70_000)];
const DAMAGES: readonly Damage[] = ["flip", "cut", "lose", "garble"];

/** The address of the bytes that were read, or why there are none; quicker than comparing large arrays. */
function given(read: ReadResult): string {
  return read.ok ? pieceHashOf(read.bytes) : read.reason;
}

/** What every PieceStore must do. */
export function describePieceStore(name: string, createHarness: () => StoreHarness): void {
  describe(name, () => {
    let harness: StoreHarness;
    let store: PieceStore;

    beforeEach(async () => {
      harness = createHarness();
      store = await harness.open();
    });
    afterEach(() => harness.dispose());

    describe("pieces", () => {
      it("reads back what was written", async () => {
        expect(await store.write({ pieces: [a, d], haves: [] })).toEqual({ ok: true });
        expect(await store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
        expect(await store.read(d.hash)).toEqual({ ok: true, bytes: d.bytes });
      });

      it("answers missing for a piece it never saw", async () => {
        expect(await store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
      });

      it("keeps an empty piece and one of a single byte", async () => {
        const [none, one] = [piece(0, 0), piece(0, 1)];
        await store.write({ pieces: [none, one], haves: [] });
        expect(await store.read(none.hash)).toEqual({ ok: true, bytes: none.bytes });
        expect(await store.read(one.hash)).toEqual({ ok: true, bytes: one.bytes });
      });

      it("takes the same piece twice, in one batch and in two", async () => {
        await store.write({ pieces: [a, a], haves: [] });
        await store.write({ pieces: [b, a], haves: [] });
        expect(await store.addresses()).toEqual([a.hash, b.hash].sort());
        expect(await store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
      });

      it("stores the bytes of a view and not the buffer around it, and gives exactly sized arrays", async () => {
        const buffer = new Uint8Array(100_000);
        buffer.set(a.bytes, 5000);
        await store.write({
          pieces: [{ hash: a.hash, bytes: buffer.subarray(5000, 5000 + a.bytes.length) }],
          haves: [],
        });
        const read = await store.read(a.hash);
        expect(read.ok && read.bytes.buffer.byteLength).toBe(a.bytes.length);
      });

      it("is not changed by what the caller does to its arrays afterwards", async () => {
        const bytes = a.bytes.slice();
        const bits = Uint8Array.of(1);
        await store.write({ pieces: [{ hash: a.hash, bytes }], haves: [{ shareId: "s", bits }] });
        bytes.fill(0);
        bits.fill(0);
        const first = await store.read(a.hash);
        if (first.ok) first.bytes.fill(0);
        (await store.have("s"))?.fill(0);
        expect(await store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
        expect(await store.have("s")).toEqual(Uint8Array.of(1));
      });

      it("says which pieces are present, in the order asked and also for many", async () => {
        await store.write({ pieces: [a, c], haves: [] });
        expect(await store.present([c.hash, b.hash, a.hash, c.hash])).toEqual([true, false, true, true]);
        expect(await store.present([])).toEqual([]);
        const many = Array.from({ length: 1000 }, (_, i) => (i === 500 ? a : piece(i + 100, 10)).hash);
        expect((await store.present(many)).flatMap((present, i) => (present ? [i] : []))).toEqual([500]);
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
        await store.write({ pieces: run, haves: [] });
        expect(await readAll(store)).toEqual(hashes);
        expect(await readAll(store)).toEqual(hashes);
        for (const hash of hashes.toReversed()) expect(given(await store.read(hash))).toBe(hash);
      });

      it("does not give a piece that was removed here or in another tab since its neighbours were read", async () => {
        const other = await harness.open();
        await store.saveShare(record("kept", run.slice(0, 2), null));
        for (const remover of [store, other]) {
          await store.saveShare(share);
          await store.write({ pieces: run, haves: [] });
          await readAll(store);
          await remover.removeShare("s");
          expect(await readAll(store)).toEqual(hashes.map((hash, i) => (i < 2 ? hash : "missing")));
        }
      });

      for (const damage of DAMAGES) {
        it(`gives the right bytes or none when they are spoiled after a first read (${damage})`, async () => {
          await store.write({ pieces: run, haves: [] });
          await readAll(store);
          await harness.damage(run[6]!.hash, damage);
          for (const [i, read] of (await readAll(store)).entries()) {
            const spoiled = i === 6 || damage === "cut" || damage === "lose";
            expect(spoiled ? [hashes[i], "corrupt"] : [hashes[i]]).toContain(read);
          }
        });
      }
    });

    describe("corruption", () => {
      for (const damage of DAMAGES) {
        it(`reports a piece as corrupt once and then as missing (${damage})`, async () => {
          await store.write({ pieces: [a], haves: [] });
          await store.write({ pieces: [b], haves: [] });
          await harness.damage(a.hash, damage);
          expect(await store.read(a.hash)).toEqual({ ok: false, reason: "corrupt" });
          expect(await store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
          expect(await store.present([a.hash, b.hash])).toEqual([false, true]);
          expect((await store.read(b.hash)).ok).toBe(true);
        });
      }

      it("keeps the other pieces of a batch when one is corrupt", async () => {
        await store.write({ pieces: [a, b, c], haves: [] });
        await harness.damage(b.hash, "flip");
        expect((await store.read(b.hash)).ok).toBe(false);
        expect((await store.read(a.hash)).ok).toBe(true);
        expect((await store.read(c.hash)).ok).toBe(true);
      });

      it("is healed by writing the piece again", async () => {
        await store.write({ pieces: [a], haves: [] });
        await harness.damage(a.hash, "flip");
        await store.write({ pieces: [a], haves: [] });
        expect(await store.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
      });
    });

    describe("shares", () => {
      it("keeps a record with data of any cloneable shape", async () => {
        const data = {
          title: "x",
          when: new Date(5),
          set: new Set([1]),
          nested: [{ bytes: Uint8Array.of(1, 2) }],
          none: undefined,
        };
        const saved = record("s", [a, b], data);
        expect(await store.saveShare(saved)).toEqual({ ok: true });
        expect(await store.share("s")).toEqual(saved);
        expect(await store.share("t")).toBeNull();
      });

      it("replaces a record and lists all by id", async () => {
        await store.saveShare(record("t", null, 1));
        await store.saveShare(record("s", null, 2));
        await store.saveShare(record("t", [a], 3));
        expect(await store.shares()).toEqual([record("s", null, 2), record("t", [a], 3)]);
      });

      it("refuses data that cannot be cloned, as a value", async () => {
        const refused = await store.saveShare(record("s", null, () => 1));
        expect(refused).toMatchObject({ ok: false, reason: "unavailable" });
        expect(await store.share("s")).toBeNull();
      });

      it("keeps a have-set of its own for each share", async () => {
        await store.write({
          pieces: [],
          haves: [
            { shareId: "s", bits: Uint8Array.of(0x80) },
            { shareId: "t", bits: Uint8Array.of(1, 2) },
          ],
        });
        await store.write({ pieces: [], haves: [{ shareId: "s", bits: Uint8Array.of(0xc0) }] });
        expect(await store.have("s")).toEqual(Uint8Array.of(0xc0));
        expect(await store.have("t")).toEqual(Uint8Array.of(1, 2));
        expect(await store.have("u")).toBeNull();
      });
    });

    describe("removal", () => {
      it("frees the record, the have-set and the pieces that no other share names", async () => {
        await store.saveShare(record("s", [a, b, b], null));
        await store.saveShare(record("t", [b, c], null));
        await store.write({ pieces: [a, b, c], haves: [{ shareId: "s", bits: Uint8Array.of(0xe0) }] });
        expect(await store.removeShare("s")).toEqual({ ok: true });
        expect(await store.share("s")).toBeNull();
        expect(await store.have("s")).toBeNull();
        expect(await store.present([a.hash, b.hash, c.hash])).toEqual([false, true, true]);
        expect((await store.read(b.hash)).ok).toBe(true);
        await store.removeShare("t");
        expect(await store.addresses()).toEqual([]);
        expect(await harness.segments()).toSatisfy((count) => count === 0 || count === null);
      });

      it("leaves pieces that no share names, and other have-sets", async () => {
        await store.saveShare(record("s", [a], null));
        await store.write({ pieces: [a, d], haves: [{ shareId: "t", bits: Uint8Array.of(1) }] });
        await store.removeShare("s");
        expect(await store.addresses()).toEqual([d.hash]);
        expect(await store.have("t")).toEqual(Uint8Array.of(1));
      });

      it("takes a share without manifest, without pieces, or unknown", async () => {
        await store.saveShare(record("s", null, null));
        expect(await store.removeShare("s")).toEqual({ ok: true });
        expect(await store.removeShare("nobody")).toEqual({ ok: true });
        expect(await store.shares()).toEqual([]);
      });

      it("discards only what no share names", async () => {
        await store.saveShare(record("s", [a], null));
        await store.write({ pieces: [a, b, c], haves: [] });
        expect(await store.discard([a.hash, b.hash, d.hash])).toEqual({ ok: true });
        expect(await store.addresses()).toEqual([a.hash, c.hash].sort());
      });

      it("sweeps up pieces and have-sets that belong to no record", async () => {
        await store.saveShare(record("s", [a], null));
        const bits = Uint8Array.of(0x80);
        await store.write({
          pieces: [a, b, c],
          haves: [
            { shareId: "s", bits },
            { shareId: "gone", bits },
          ],
        });
        expect(await store.sweep()).toEqual({ ok: true });
        expect(await store.addresses()).toEqual([a.hash]);
        expect(await store.have("s")).toEqual(bits);
        expect(await store.have("gone")).toBeNull();
        expect((await store.read(a.hash)).ok).toBe(true);
      });
    });

    describe("lack of room", () => {
      it("refuses a batch whole, with its have-set, and goes on when there is room again", async () => {
        await store.write({ pieces: [a], haves: [{ shareId: "s", bits: Uint8Array.of(0x80) }] });
        harness.fill();
        const batch = { pieces: [b, c], haves: [{ shareId: "s", bits: Uint8Array.of(0xe0) }] };
        expect(await store.write(batch)).toMatchObject({ ok: false, reason: "quota" });
        expect(await store.present([a.hash, b.hash, c.hash])).toEqual([true, false, false]);
        expect(await store.have("s")).toEqual(Uint8Array.of(0x80));
        expect((await store.read(a.hash)).ok).toBe(true);
        harness.drain();
        expect(await store.write(batch)).toEqual({ ok: true });
        expect(await store.have("s")).toEqual(Uint8Array.of(0xe0));
      });

      it("can still remove", async () => {
        await store.saveShare(record("s", [a], null));
        await store.write({ pieces: [a], haves: [] });
        harness.fill();
        expect(await store.removeShare("s")).toEqual({ ok: true });
        expect(await store.addresses()).toEqual([]);
      });
    });

    it("keeps identity slots by number and replaces them", async () => {
      await store.saveSlot(slot(1));
      await store.saveSlot(slot(0));
      expect(await store.saveSlot({ ...slot(1), lastUsed: 9 })).toEqual({ ok: true });
      expect(await store.slots()).toEqual([slot(0), { ...slot(1), lastUsed: 9 }]);
    });

    describe("several tabs and reloads", () => {
      it("keeps everything over a reload", async () => {
        await store.saveShare(record("s", [a], "data"));
        await store.saveSlot(slot(0));
        await store.write({ pieces: [a], haves: [{ shareId: "s", bits: Uint8Array.of(0x80) }] });
        await store.close();
        const next = await harness.open();
        expect(await next.share("s")).toEqual(record("s", [a], "data"));
        expect(await next.slots()).toEqual([slot(0)]);
        expect(await next.have("s")).toEqual(Uint8Array.of(0x80));
        expect(await next.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
      });

      it("shows one tab what the other wrote and removed", async () => {
        const other = await harness.open();
        await store.saveShare(record("s", [a], null));
        await store.write({ pieces: [a], haves: [] });
        expect((await other.read(a.hash)).ok).toBe(true);
        await other.removeShare("s");
        expect(await store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
      });

      it("never frees a piece that a share of another tab names, however writes and removals interleave", async () => {
        const other = await harness.open();
        for (let round = 0; round < 10; round++) {
          await store.saveShare(record("old", [a, b], null));
          await store.write({ pieces: [a, b], haves: [] });
          const saving = other.saveShare(record("new", [a, c], null)).then(async () => {
            const [present] = await other.present([a.hash]);
            return other.write({
              pieces: present ? [c] : [a, c],
              haves: [{ shareId: "new", bits: Uint8Array.of(0xc0) }],
            });
          });
          await Promise.all([store.removeShare("old"), saving]);
          expect(await store.present([a.hash, b.hash, c.hash])).toEqual([true, false, true]);
          await store.removeShare("new");
        }
      });

      it("reads a piece whole or not at all while another tab removes it", async () => {
        const other = await harness.open();
        await store.saveShare(record("s", [d], null));
        await store.write({ pieces: [d], haves: [] });
        const [read] = await Promise.all([store.read(d.hash), other.removeShare("s")]);
        expect(read).toSatisfy((result: typeof read) => result.ok || result.reason === "missing");
      });

      it("refuses everything once it is closed", async () => {
        await store.close();
        expect(await store.write({ pieces: [a], haves: [] })).toMatchObject({ ok: false, reason: "unavailable" });
        expect(await store.read(a.hash)).toEqual({ ok: false, reason: "unavailable" });
        expect(await store.removeShare("s")).toMatchObject({ ok: false, reason: "unavailable" });
        await expect(store.shares()).rejects.toThrow(StoreUnavailableError);
        await expect(store.present([a.hash])).rejects.toThrow(StoreUnavailableError);
        await store.close();
      });
    });
  });
}
