import { idBytes, type PieceHash, toHex } from "@starling/protocol";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { cdp } from "vitest/browser";
import { openIndexedDbStore, type PieceStore } from "../src/index.ts";
import { settle } from "./harness.ts";
import { piece } from "./samples.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether large cases run at their stated size. */
    readonly full: boolean;
  }
}

/** The largest share has 65,536 pieces. */
const MANY = inject("full") ? 65_536 : 16_384;

/** The parts of the DevTools protocol used here. */
interface DevTools {
  send(method: "Storage.overrideQuotaForOrigin", options: { origin: string; quotaSize?: number }): Promise<void>;
  send(method: "Storage.clearDataForOrigin", options: { origin: string; storageTypes: string }): Promise<void>;
}

describe("the browser's own limits", () => {
  const devTools = cdp() as unknown as DevTools;
  const { origin } = location;
  let name: string;
  let store: PieceStore;

  beforeEach(async () => {
    name = `limits-${Math.random()}`;
    store = await openIndexedDbStore(name);
  });
  afterEach(async () => {
    await devTools.send("Storage.overrideQuotaForOrigin", { origin });
    await store.close();
    await settle(indexedDB.deleteDatabase(name));
  });

  it("reports a quota that is used up, keeps what was there, and writes again when there is room", async () => {
    const [small, large] = [piece(1, 1000), piece(2, 4 << 20)];
    await devTools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 << 20 });
    await store.write({ pieces: [small], haves: [] });
    // Chromium goes by the room it last saw for half a minute, and counts the bytes of other tests there.
    await expect
      .poll(() => store.write({ pieces: [large], haves: [] }), { timeout: 60_000, interval: 1000 })
      .toMatchObject({
        ok: false,
        reason: "quota",
      });
    const batch = { pieces: [small, large], haves: [{ shareId: "s", bits: Uint8Array.of(1) }] };
    expect(await store.write(batch)).toMatchObject({ ok: false, reason: "quota" });
    expect(await store.have("s")).toBeNull();
    await devTools.send("Storage.overrideQuotaForOrigin", { origin });
    await expect.poll(() => store.write(batch), { timeout: 60_000, interval: 1000 }).toEqual({ ok: true });
    expect((await store.read(large.hash)).ok).toBe(true);
    expect(await store.have("s")).toEqual(Uint8Array.of(1));
  }, 130_000);

  it("starts anew when the user clears the site's data under it", async () => {
    const { hash, bytes } = piece(1);
    await store.write({ pieces: [{ hash, bytes }], haves: [] });
    await devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    // The browser ends connections, new ones too, until all is cleared.
    await expect.poll(() => store.read(hash)).toEqual({ ok: false, reason: "missing" });
    await expect.poll(() => store.write({ pieces: [{ hash, bytes }], haves: [] })).toEqual({ ok: true });
    expect((await store.read(hash)).ok).toBe(true);
  });

  it("removes a share of very many pieces beside another in seconds", async () => {
    const [large, other] = [manyPieces(MANY), manyPieces(2000)];
    await store.saveShare({ id: "large", hashes: addresses(large), data: null });
    await store.saveShare({ id: "other", hashes: addresses(other), data: null });
    for (let at = 0; at < large.length; at += 8192)
      await store.write({ pieces: large.slice(at, at + 8192), haves: [] });
    await store.write({ pieces: other, haves: [] });
    const start = performance.now();
    expect(await store.removeShare("large")).toEqual({ ok: true });
    const seconds = (performance.now() - start) / 1000;
    console.log(`${MANY} pieces removed in ${seconds.toFixed(2)} s`);
    expect(await store.addresses()).toHaveLength(2000);
    expect(seconds).toBeLessThan((20 * MANY) / 65_536);
  }, 120_000);
});

/** Pieces of one byte under random addresses: only the number matters. */
function manyPieces(count: number): { hash: PieceHash; bytes: Uint8Array }[] {
  return Array.from({ length: count }, () => ({
    hash: toHex(crypto.getRandomValues(new Uint8Array(32))) as PieceHash,
    bytes: Uint8Array.of(1),
  }));
}

function addresses(pieces: readonly { hash: PieceHash }[]): Uint8Array {
  const hashes = new Uint8Array(32 * pieces.length);
  for (const [index, { hash }] of pieces.entries()) hashes.set(idBytes(hash), 32 * index);
  return hashes;
}
