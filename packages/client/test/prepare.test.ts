import {
  decodeCatalog,
  decodeManifest,
  deriveContentKeys,
  manifestHash,
  pieceHashOf,
  plainPieceSize,
  rootOf,
} from "@starling/protocol";
import { createMemoryStore, type PieceStore } from "@starling/store";
import { describe, expect, test } from "vitest";
import { Content } from "../src/content.ts";
import { LinkError, PasswordError, SourceError } from "../src/errors.ts";
import { prepareShare } from "../src/prepare.ts";
import { readSources } from "../src/sources.ts";
import { openCatalog, unlock, unlockedSecret } from "../src/unlock.ts";

const SECRET = new Uint8Array(32).fill(7);

async function prepared(files: File[], store: PieceStore, password?: string) {
  const unlocked = await unlockedSecret(SECRET, password);
  const share = await prepareShare(readSources(files), {
    keys: deriveContentKeys(unlocked),
    hasPassword: password !== undefined,
    title: "test",
    created: 1,
    signal: new AbortController().signal,
    keep: async ({ hash, bytes }) => {
      expect(pieceHashOf(bytes)).toBe(hash);
      await store.write({ pieces: [{ hash, bytes }], haves: [] });
    },
    progress: () => undefined,
  });
  return { share, manifest: decodeManifest(share.manifest), unlocked };
}

async function catalogPieces(manifest: ReturnType<typeof decodeManifest>, store: PieceStore): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let piece = 0; piece < manifest.catalogPieces; piece++) {
    const read = await store.read(manifestHash(manifest, piece));
    if (read.ok) pieces.push(read.bytes);
  }
  return pieces;
}

describe("a prepared share", () => {
  test("opens again to the same names and bytes", async () => {
    const store = createMemoryStore();
    const big = crypto.getRandomValues(new Uint8Array(60_000));
    const files = [
      new File([big, big, big], "big.bin"),
      new File([], "empty"),
      new File(["hello"], "note.txt", { type: "text/plain" }),
    ];
    const { share, manifest, unlocked } = await prepared(files, store);
    expect(rootOf(share.manifest)).toBe(share.root);

    const bytes = await openCatalog(manifest, deriveContentKeys(unlocked), await catalogPieces(manifest, store));
    const catalog = decodeCatalog(bytes);
    expect(catalog.files.map(({ path, size, type }) => [path.join("/"), size, type ?? ""])).toEqual([
      ["big.bin", 180_000, ""],
      ["empty", 0, ""],
      ["note.txt", 5, "text/plain"],
    ]);
    const content = new Content(manifest, catalog, unlocked, store);
    const first = await content.plain(0, 0, null);
    expect(first).toHaveLength(plainPieceSize(catalog.pieceSize));
    expect(new TextDecoder().decode((await content.plain(catalog.files[2]!.first, 2, null)) as Uint8Array)).toBe(
      "hello",
    );
  });

  test("gives equal files equal pieces, and another secret other ones", async () => {
    const store = createMemoryStore();
    const { manifest } = await prepared([new File(["same"], "a"), new File(["same"], "b")], store);
    expect(manifestHash(manifest, 1)).toBe(manifestHash(manifest, 2));
  });

  test("with a password needs just that password", async () => {
    const store = createMemoryStore();
    const { manifest, unlocked } = await prepared([new File(["x"], "a")], store, "tern");
    await expect(unlock(manifest, SECRET, undefined)).rejects.toMatchObject({
      name: "PasswordError",
      reason: "missing",
    });
    await expect(unlock(manifest, SECRET, "gull")).rejects.toThrow(PasswordError);
    expect(await unlock(manifest, SECRET, "tern")).toEqual(unlocked);
  }, 30_000);

  test("says that the link is wrong when its key does not fit", async () => {
    const { manifest } = await prepared([new File(["x"], "a")], createMemoryStore());
    await expect(unlock(manifest, new Uint8Array(32), undefined)).rejects.toThrow(LinkError);
  });

  test("notices a file that changed on disk before it is sent", async () => {
    const store = createMemoryStore();
    const { share, manifest, unlocked } = await prepared([new File(["before"], "a")], store);
    const content = new Content(manifest, share.catalog, unlocked, createMemoryStore());
    content.sources.set(0, { path: ["a"], file: new File(["after!"], "a") });
    expect(await content.encrypted(1, 0)).toBe("file-changed");
    content.sources.set(0, { path: ["a"], file: new File(["before"], "a") });
    expect(pieceHashOf((await content.encrypted(1, 0)) as Uint8Array)).toBe(manifestHash(manifest, 1));
  });

  test("names a file that can no longer be read", async () => {
    const file = new File(["gone"], "gone.txt");
    Object.defineProperty(file, "size", { value: 100 });
    await expect(prepared([file], createMemoryStore())).rejects.toThrow(SourceError);
    await expect(prepared([file], createMemoryStore())).rejects.toThrow(/gone\.txt/);
  });
});
