import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Catalog,
  type CatalogFile,
  catalogSize,
  checkCatalogFits,
  decodeCatalog,
  encodeCatalog,
} from "../src/catalog.ts";
import { type CborEncodable, encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { MAX_CATALOG_BYTES, MAX_CONTENT_PIECES } from "../src/limits.ts";
import type { Manifest } from "../src/manifest.ts";
import { checkPaths } from "../src/paths.ts";
import { countPieces, LayoutError, layoutFiles, pieceSpan, plainPieceSize } from "../src/pieces.ts";
import { cpuTime } from "./cpu-time.ts";
import { survivesFuzzing } from "./fuzz.ts";

/** Milliseconds for the largest catalogs on a busy machine. */
const SLOW = 60_000;

type NewFile = Omit<CatalogFile, "first" | "count">;

/** A sound catalog of these files. */
function catalogOf(files: readonly NewFile[], rest: Partial<Catalog> = {}): Catalog {
  const layout = layoutFiles(files);
  const placed = files.map((file, i) => ({ ...file, ...layout.files[i]! }));
  const plain = new Uint8Array(layout.pieceCount * 32).map((_, i) => i);
  return { created: 1_790_000_000_000, pieceSize: layout.pieceSize, files: placed, folders: [], plain, ...rest };
}

/** A manifest that the catalog describes, with empty addresses. */
function manifestFor(catalog: Catalog, catalogBytes: number): Manifest {
  const plainSize = plainPieceSize(catalog.pieceSize);
  const lengths = [catalogBytes, ...catalog.files.map(({ size }) => size)].flatMap((size) =>
    Array.from({ length: countPieces(size, plainSize) }, (_, i) => {
      const { start, end } = pieceSpan(size, plainSize, i);
      return end - start + 16;
    }),
  );
  return {
    hasPassword: false,
    salt: new Uint8Array(16),
    commitment: new Uint8Array(32),
    catalogPieces: countPieces(catalogBytes, plainSize),
    pieceCount: lengths.length,
    hashes: new Uint8Array(lengths.length * 32),
    lengths: Uint32Array.from(lengths),
  };
}

const example = catalogOf(
  [
    { path: ["album", "تقرير.pdf"], size: 200_000, type: "application/pdf", mtime: 1_700_000_000_000 },
    { path: ["album", "空.txt"], size: 0 },
    { path: ["😀.png"], size: 70, type: "image/png" },
  ],
  { title: "Our album", folders: [["album", "later"]] },
);

const segments = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom("名", "é", "😀", "__proto__", "a b"));
const newFiles: fc.Arbitrary<NewFile[]> = fc
  .array(
    fc.record(
      {
        path: fc.array(segments, { minLength: 1, maxLength: 4 }),
        size: fc.oneof(fc.nat(500_000), fc.constant(0)),
        type: fc.constantFrom("text/plain", "application/octet-stream"),
        mtime: fc.nat(2 ** 41),
      },
      { requiredKeys: ["path", "size"] },
    ),
    { maxLength: 12 },
  )
  .filter((files) => checkPaths(files.map(({ path }) => path)) === null);

/** The example as encoded, with fields replaced; undefined leaves one out. */
const encodedWith = (change: Record<string, CborEncodable | undefined>) =>
  encodeCbor({ v: 1, ...(example as object), ...change });
const file = (change: Record<string, CborEncodable | undefined>) =>
  encodedWith({ files: [{ path: ["a"], size: 10, first: 0, count: 1, ...change }], plain: new Uint8Array(32) });
const refusal = (decode: () => unknown) => {
  try {
    decode();
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code}: ${error.message}`;
  }
  return null;
};

describe("a catalog", () => {
  it("comes back whole from its bytes", () => {
    expect(decodeCatalog(encodeCatalog(example))).toEqual(example);
    fc.assert(
      fc.property(newFiles, fc.option(fc.stringMatching(/^\w{1,9}$/), { nil: undefined }), (files, title) => {
        const catalog = catalogOf(files, title === undefined ? {} : { title });
        const bytes = encodeCatalog(catalog);
        const decoded = decodeCatalog(bytes);
        expect(decoded).toEqual(catalog);
        expect(() => checkCatalogFits(decoded, bytes.length, manifestFor(catalog, bytes.length))).not.toThrow();
      }),
    );
  });

  it("may hold nothing but an empty folder", () => {
    const catalog = catalogOf([], { folders: [["nothing"]] });
    expect(decodeCatalog(encodeCatalog(catalog))).toEqual(catalog);
  });

  it("is read although a newer sharer added fields", () => {
    const bytes = encodedWith({ later: [1, 2], files: [], plain: new Uint8Array(0), ["__proto__"]: { size: 1 } });
    expect(decodeCatalog(bytes)).toEqual({ ...example, files: [], plain: new Uint8Array(0) });
  });

  it("knows its size", () => {
    expect(catalogSize(example)).toBe(200_070);
  });

  it("of 5,000 files and of 65,280 pieces is decoded in well under a second", () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ path: ["folder", `${i % 70}`, `file ${i}.txt`], size: i }));
    const large = [{ path: ["large"], size: MAX_CONTENT_PIECES * (4 * 1024 * 1024 - 16) }];
    const encoded = [many, large].map((files) => encodeCatalog(catalogOf(files)));
    expect(cpuTime(() => encoded.map(decodeCatalog))).toBeLessThan(1000);
    const [first, second] = encoded.map(decodeCatalog);
    expect(first?.files.length).toBe(5000);
    expect(second?.plain.length).toBe(MAX_CONTENT_PIECES * 32);
  });

  it("holds as many files as there are pieces", { timeout: SLOW }, () => {
    const files = Array.from({ length: MAX_CONTENT_PIECES }, (_, i) => ({
      path: ["pictures", `${i % 70}`, `IMG_${i}.jpeg`],
      size: 5,
      type: "image/jpeg",
      mtime: 1_700_000_000_000 + i,
    }));
    expect(decodeCatalog(encodeCatalog(catalogOf(files))).files.length).toBe(MAX_CONTENT_PIECES);
  });

  it.each([
    ["version 2", encodedWith({ v: 2 }), "bad-version"],
    ["no version", encodedWith({ v: undefined }), "v is"],
    ["no files", encodedWith({ files: undefined }), "files is"],
    ["no folders", encodedWith({ folders: undefined }), "folders is"],
    ["an empty title", encodedWith({ title: "" }), "title is impossible"],
    ["a title of 2 KiB", encodedWith({ title: "x".repeat(2048) }), "title is"],
    ["a time that no Date holds", encodedWith({ created: Number.MAX_SAFE_INTEGER }), "time is impossible"],
    ["a negative time", encodedWith({ created: -1 }), "created is"],
    ["a piece size of no power of two", encodedWith({ pieceSize: 65_537 }), "piece size"],
    ["a piece size of 8 MiB", encodedWith({ pieceSize: 8 * 1024 * 1024 }), "pieceSize is"],
    ["a hash too few", encodedWith({ plain: example.plain.slice(32) }), "hashes and pieces"],
    ["half a hash", encodedWith({ plain: new Uint8Array(1) }), "hashes and pieces"],
    ["files in another order", encodedWith({ files: example.files.toReversed() as never }), "files and pieces"],
    ["a gap", file({ first: 1 }), "files and pieces"],
    ["a count beyond the size", file({ count: 2 }), "files and pieces"],
    ["an impossible size", file({ size: Number.MAX_SAFE_INTEGER }), "files and pieces"],
    ["an empty file with a piece", file({ size: 0 }), "files and pieces"],
    ["no size", file({ size: undefined }), "size is"],
    ["a negative size", file({ size: -1 }), "size is"],
    ["a path of text", file({ path: "a" }), "path is"],
    ["a path upwards", file({ path: ["..", "a"] }), "(dots)"],
    ["no path", file({ path: [] }), "(empty)"],
    ["a path of 65 segments", file({ path: Array(65).fill("a") }), "path is"],
    ["a name of 256 bytes", file({ path: ["a".repeat(256)] }), "segment is"],
    ["a folder in a file", encodedWith({ folders: [["😀.png", "x"]] }), "(conflict)"],
    ["a type with a line break", file({ type: "text/html\r\n" }), "type or time"],
    ["an empty type", file({ type: "" }), "type or time"],
    ["a time as text", file({ mtime: "now" }), "mtime is"],
    ["over 16 MiB", new Uint8Array(MAX_CATALOG_BYTES + 1), "too long"],
    ["no map", encodeCbor([1]), "catalog is"],
  ])("with %s is refused", (_, bytes, why) => {
    expect(refusal(() => decodeCatalog(bytes))).toContain(why);
  });

  it("of millions of empty maps is refused before they take memory", { timeout: SLOW }, () => {
    const bomb = new Uint8Array(MAX_CATALOG_BYTES).fill(0xa0);
    bomb.set([0x9a, 0x00, 0xff, 0xeb, 0xff]); // An array of as many items as bytes follow.
    const before = process.memoryUsage().heapUsed;
    expect(refusal(() => decodeCatalog(bomb))).toContain("too many items");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(600e6);
  });

  it("that nobody would accept is not encoded", { timeout: SLOW }, () => {
    expect(() => encodeCatalog({ ...example, title: "\ud800" })).toThrow(RangeError);
    expect(() => encodeCatalog({ ...example, title: "x".repeat(2000) })).toThrow(RangeError);
    expect(() => encodeCatalog({ ...example, created: 0.5 })).toThrow(RangeError);
    expect(() => encodeCatalog({ ...example, plain: new Uint8Array(5) })).toThrow(RangeError);
    expect(() => encodeCatalog(catalogOf([{ path: ["a", "nul"], size: 1 }]))).toThrow(RangeError);
    const folder = "x".repeat(240);
    const long = Array.from({ length: 40_000 }, (_, i) => ({ path: [folder, folder, `${i}`], size: 0 }));
    expect(() => encodeCatalog(catalogOf(long))).toThrow(LayoutError);
  });

  it("survives random and mutated input", () => {
    survivesFuzzing(decodeCatalog, [encodeCatalog(example), encodeCatalog(catalogOf([])), file({})]);
  });
});

describe("checkCatalogFits", () => {
  const bytes = encodeCatalog(example).length;
  const manifest = manifestFor(example, bytes);
  const fits = (change: Partial<Manifest>, length = bytes) =>
    refusal(() => checkCatalogFits(example, length, { ...manifest, ...change }));

  it("accepts the manifest of the same layout", () => {
    expect(fits({})).toBeNull();
  });

  it("refuses other counts and lengths", () => {
    expect(fits({ catalogPieces: 2 })).toContain("piece count");
    expect(fits({ pieceCount: manifest.pieceCount + 1 })).toContain("piece count");
    expect(fits({}, bytes + 1)).toContain("pieces");
    expect(fits({}, bytes + 65_536)).toContain("own pieces");
    for (let piece = 0; piece < manifest.pieceCount; piece++) {
      expect(fits({ lengths: manifest.lengths.with(piece, 99) })).toContain("pieces");
    }
  });
});
