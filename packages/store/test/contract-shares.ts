import { describe, expect, it } from "vitest";
import type { StoreUnderTest } from "./contract.ts";
import { a, b, c, d, record, slot } from "./samples.ts";

/** What every PieceStore does with records, have-sets and slots, and when they go or there is no room. */
export function describeShares(at: StoreUnderTest): void {
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
      expect(await at.store.saveShare(saved)).toEqual({ ok: true });
      expect(await at.store.share("s")).toEqual(saved);
      expect(await at.store.share("t")).toBeNull();
    });

    it("replaces a record and lists all by id", async () => {
      await at.store.saveShare(record("t", null, 1));
      await at.store.saveShare(record("s", null, 2));
      await at.store.saveShare(record("t", [a], 3));
      expect(await at.store.shares()).toEqual([record("s", null, 2), record("t", [a], 3)]);
    });

    it("refuses data that cannot be cloned, as a value", async () => {
      const refused = await at.store.saveShare(record("s", null, () => 1));
      expect(refused).toMatchObject({ ok: false, reason: "unavailable" });
      expect(await at.store.share("s")).toBeNull();
    });

    it("keeps a have-set of its own for each share", async () => {
      await at.store.write({
        pieces: [],
        haves: [
          { shareId: "s", bits: Uint8Array.of(0x80) },
          { shareId: "t", bits: Uint8Array.of(1, 2) },
        ],
      });
      await at.store.write({ pieces: [], haves: [{ shareId: "s", bits: Uint8Array.of(0xc0) }] });
      expect(await at.store.have("s")).toEqual(Uint8Array.of(0xc0));
      expect(await at.store.have("t")).toEqual(Uint8Array.of(1, 2));
      expect(await at.store.have("u")).toBeNull();
    });
  });

  describe("removal", () => {
    it("frees the record, the have-set and the pieces that no other share names", async () => {
      await at.store.saveShare(record("s", [a, b, b], null));
      await at.store.saveShare(record("t", [b, c], null));
      await at.store.write({ pieces: [a, b, c], haves: [{ shareId: "s", bits: Uint8Array.of(0xe0) }] });
      expect(await at.store.removeShare("s")).toEqual({ ok: true });
      expect(await at.store.share("s")).toBeNull();
      expect(await at.store.have("s")).toBeNull();
      expect(await at.store.present([a.hash, b.hash, c.hash])).toEqual([false, true, true]);
      expect((await at.store.read(b.hash)).ok).toBe(true);
      await at.store.removeShare("t");
      expect(await at.store.addresses()).toEqual([]);
      expect(await at.harness.segments()).toSatisfy((count) => count === 0 || count === null);
    });

    it("leaves pieces that no share names, and other have-sets", async () => {
      await at.store.saveShare(record("s", [a], null));
      await at.store.write({ pieces: [a, d], haves: [{ shareId: "t", bits: Uint8Array.of(1) }] });
      await at.store.removeShare("s");
      expect(await at.store.addresses()).toEqual([d.hash]);
      expect(await at.store.have("t")).toEqual(Uint8Array.of(1));
    });

    it("takes a share without manifest, without pieces, or unknown", async () => {
      await at.store.saveShare(record("s", null, null));
      expect(await at.store.removeShare("s")).toEqual({ ok: true });
      expect(await at.store.removeShare("nobody")).toEqual({ ok: true });
      expect(await at.store.shares()).toEqual([]);
    });

    it("discards only what no share names", async () => {
      await at.store.saveShare(record("s", [a], null));
      await at.store.write({ pieces: [a, b, c], haves: [] });
      expect(await at.store.discard([a.hash, b.hash, d.hash])).toEqual({ ok: true });
      expect(await at.store.addresses()).toEqual([a.hash, c.hash].sort());
    });

    it("sweeps up pieces and have-sets that belong to no record", async () => {
      await at.store.saveShare(record("s", [a], null));
      const bits = Uint8Array.of(0x80);
      await at.store.write({
        pieces: [a, b, c],
        haves: [
          { shareId: "s", bits },
          { shareId: "gone", bits },
        ],
      });
      expect(await at.store.sweep()).toEqual({ ok: true });
      expect(await at.store.addresses()).toEqual([a.hash]);
      expect(await at.store.have("s")).toEqual(bits);
      expect(await at.store.have("gone")).toBeNull();
      expect((await at.store.read(a.hash)).ok).toBe(true);
    });
  });

  describe("lack of room", () => {
    it("refuses a batch whole, with its have-set, and goes on when there is room again", async () => {
      await at.store.write({ pieces: [a], haves: [{ shareId: "s", bits: Uint8Array.of(0x80) }] });
      at.harness.fill();
      const batch = { pieces: [b, c], haves: [{ shareId: "s", bits: Uint8Array.of(0xe0) }] };
      expect(await at.store.write(batch)).toMatchObject({ ok: false, reason: "quota" });
      expect(await at.store.present([a.hash, b.hash, c.hash])).toEqual([true, false, false]);
      expect(await at.store.have("s")).toEqual(Uint8Array.of(0x80));
      expect((await at.store.read(a.hash)).ok).toBe(true);
      at.harness.drain();
      expect(await at.store.write(batch)).toEqual({ ok: true });
      expect(await at.store.have("s")).toEqual(Uint8Array.of(0xe0));
    });

    it("can still remove", async () => {
      await at.store.saveShare(record("s", [a], null));
      await at.store.write({ pieces: [a], haves: [] });
      at.harness.fill();
      expect(await at.store.removeShare("s")).toEqual({ ok: true });
      expect(await at.store.addresses()).toEqual([]);
    });
  });

  it("keeps identity slots by number and replaces them", async () => {
    await at.store.saveSlot(slot(1));
    await at.store.saveSlot(slot(0));
    expect(await at.store.saveSlot({ ...slot(1), lastUsed: 9 })).toEqual({ ok: true });
    expect(await at.store.slots()).toEqual([slot(0), { ...slot(1), lastUsed: 9 }]);
  });
}
