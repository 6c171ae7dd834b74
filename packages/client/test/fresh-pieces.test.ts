import { decodeManifest, deriveContentKeys, manifestHash, pieceHashOf } from "@starling/protocol";
import { describe, expect, test } from "vitest";
import { FreshPieces } from "../src/fresh-pieces.ts";
import { prepareShare } from "../src/prepare.ts";
import { readSources } from "../src/sources.ts";

const MIB = 1024 * 1024;

/** Shares these files; their size is said to be `bytes`. */
async function placed(files: File[], bytes: number) {
  const fresh = new FreshPieces(bytes);
  const { manifest } = await prepareShare(readSources(files), {
    keys: deriveContentKeys(new Uint8Array(32)),
    hasPassword: false,
    title: "test",
    created: 1,
    signal: new AbortController().signal,
    keep: async (piece) => fresh.add(piece),
    progress: () => undefined,
  });
  return { pieces: fresh.placed(decodeManifest(manifest)), manifest: decodeManifest(manifest) };
}

describe("pieces that were just made", () => {
  test("have the places and bytes that the manifest names, those of equal files one place each", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    const files = [new File([bytes], "a"), new File([bytes], "b"), new File(["other"], "c"), new File([], "empty")];
    const { pieces, manifest } = await placed(files, 100_005);
    expect(pieces.map(({ piece }) => piece)).toEqual([...Array(manifest.pieceCount).keys()]);
    for (const { piece, bytes } of pieces) expect(pieceHashOf(bytes)).toBe(manifestHash(manifest, piece));
  });

  test("are not kept of a share that memory would not hold", async () => {
    const { pieces } = await placed([new File(["large"], "a")], 64 * MIB + 1);
    expect(pieces).toEqual([]);
  });
});
