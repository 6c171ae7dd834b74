import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import { checkCatalogFits, decodeCatalog } from "../src/catalog.ts";
import { DecodeError } from "../src/errors.ts";
import { parseLink } from "../src/link.ts";
import { decodeManifest, manifestHash } from "../src/manifest.ts";
import vectors from "../vectors/content.json" with { type: "json" };
import { type ShareInput, shareVector } from "./content-vectors.ts";

const shares = vectors.shares as unknown as { input: ShareInput; output: ReturnType<typeof shareVector> }[];

describe.each(shares)("the vector $input.name", ({ input, output }) => {
  it("is what this package makes of its files", () => {
    expect(shareVector(input)).toEqual(output);
  });

  it("is read back: link, manifest and catalog agree with the files", () => {
    const parsed = parseLink(output.link);
    if (!parsed.ok) throw new Error(parsed.message);
    expect([parsed.link.root, toHex(parsed.link.secret), parsed.link.hints]).toEqual([
      output.root,
      input.secret,
      input.hints,
    ]);

    const manifest = decodeManifest(fromHex(output.manifest));
    const pieces = [...output.catalogPieces, ...output.pieces];
    expect(pieces.map((_, i) => manifestHash(manifest, i) as string)).toEqual(pieces.map(({ address }) => address));
    expect(manifest.hasPassword).toBe(input.password !== undefined);

    const bytes = fromHex(output.catalog);
    const catalog = decodeCatalog(bytes);
    checkCatalogFits(catalog, bytes.length, manifest);
    expect(catalog.files.map(({ path }) => path)).toEqual(input.files.map(({ path }) => path));
    expect(catalog.files.map(({ first, count }) => ({ first, count }))).toEqual(output.layout);
  });
});

it.each(vectors.refusedLinks)("the vector's link $text is $reason", ({ text, reason }) => {
  expect(parseLink(text)).toMatchObject({ ok: false, reason });
});

it.each(vectors.refusedManifests)("the vector's manifest with $why is refused", ({ manifest }) => {
  expect(() => decodeManifest(fromHex(manifest))).toThrow(DecodeError);
});

it.each(vectors.refusedCatalogs)("the vector's catalog with $why is refused", ({ catalog }) => {
  expect(() => decodeCatalog(fromHex(catalog))).toThrow(DecodeError);
});
