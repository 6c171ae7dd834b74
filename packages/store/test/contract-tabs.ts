import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../src/index.ts";
import type { StoreUnderTest } from "./contract.ts";
import { a, b, c, d, record, slot } from "./samples.ts";

/** What every PieceStore does when several tabs have it open, and when it is closed. */
export function describeTabs(at: StoreUnderTest): void {
  describe("several tabs and reloads", () => {
    it("keeps everything over a reload", async () => {
      await at.store.saveShare(record("s", [a], "data"));
      await at.store.saveSlot(slot(0));
      await at.store.write({ pieces: [a], haves: [{ shareId: "s", bits: Uint8Array.of(0x80) }] });
      await at.store.close();
      const next = await at.harness.open();
      expect(await next.share("s")).toEqual(record("s", [a], "data"));
      expect(await next.slots()).toEqual([slot(0)]);
      expect(await next.have("s")).toEqual(Uint8Array.of(0x80));
      expect(await next.read(a.hash)).toEqual({ ok: true, bytes: a.bytes });
    });

    it("shows one tab what the other wrote and removed", async () => {
      const other = await at.harness.open();
      await at.store.saveShare(record("s", [a], null));
      await at.store.write({ pieces: [a], haves: [] });
      expect((await other.read(a.hash)).ok).toBe(true);
      await other.removeShare("s");
      expect(await at.store.read(a.hash)).toEqual({ ok: false, reason: "missing" });
    });

    it("never frees a piece that a share of another tab names, however writes and removals interleave", async () => {
      const other = await at.harness.open();
      for (let round = 0; round < 10; round++) {
        await at.store.saveShare(record("old", [a, b], null));
        await at.store.write({ pieces: [a, b], haves: [] });
        const saving = other.saveShare(record("new", [a, c], null)).then(async () => {
          const [present] = await other.present([a.hash]);
          return other.write({
            pieces: present ? [c] : [a, c],
            haves: [{ shareId: "new", bits: Uint8Array.of(0xc0) }],
          });
        });
        await Promise.all([at.store.removeShare("old"), saving]);
        expect(await at.store.present([a.hash, b.hash, c.hash])).toEqual([true, false, true]);
        await at.store.removeShare("new");
      }
    });

    it("reads a piece whole or not at all while another tab removes it", async () => {
      const other = await at.harness.open();
      await at.store.saveShare(record("s", [d], null));
      await at.store.write({ pieces: [d], haves: [] });
      const [read] = await Promise.all([at.store.read(d.hash), other.removeShare("s")]);
      expect(read).toSatisfy((result: typeof read) => result.ok || result.reason === "missing");
    });

    it("refuses everything once it is closed", async () => {
      await at.store.close();
      expect(await at.store.write({ pieces: [a], haves: [] })).toMatchObject({ ok: false, reason: "unavailable" });
      expect(await at.store.read(a.hash)).toEqual({ ok: false, reason: "unavailable" });
      expect(await at.store.removeShare("s")).toMatchObject({ ok: false, reason: "unavailable" });
      await expect(at.store.shares()).rejects.toThrow(StoreUnavailableError);
      await expect(at.store.present([a.hash])).rejects.toThrow(StoreUnavailableError);
      await at.store.close();
    });
  });
}
