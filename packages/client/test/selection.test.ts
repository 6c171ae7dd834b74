import type { Catalog } from "@starling/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PathError } from "../src/errors.ts";
import { Selection } from "../src/selection.ts";

const PLAIN = 10;

/** A catalog of files of these sizes, named a, b, c and so on, in pieces of ten bytes. */
function catalogOf(...sizes: number[]): Catalog {
  let first = 0;
  const files = sizes.map((size, index) => {
    const count = Math.ceil(size / PLAIN);
    const file = { path: [String.fromCharCode(97 + index)], size, first, count };
    first += count;
    return file;
  });
  return { created: 0, pieceSize: PLAIN + 16, files, folders: [], plain: new Uint8Array(first * 32) };
}

describe("a selection", () => {
  test("counts the bytes of selected files and of their verified pieces", () => {
    const selection = new Selection(catalogOf(25, 10, 0), PLAIN);
    selection.select(["a"]);
    selection.mark([0, 2, 3], true);
    expect(selection.bytesTotal).toBe(25);
    expect(selection.bytesVerified).toBe(15);
    selection.select(["b"]);
    expect(selection.bytesVerified).toBe(25);
    expect(selection.isFileComplete(1)).toBe(true);
    expect(selection.isComplete).toBe(false);
  });

  test("refuses an unknown path before anything changes", () => {
    const selection = new Selection(catalogOf(25, 10), PLAIN);
    expect(() => selection.select(["a", "nobody"])).toThrow(PathError);
    expect(selection.isEmpty).toBe(true);
  });

  test("wants the pieces of neighbouring files as one run, and none of an empty file", () => {
    const selection = new Selection(catalogOf(25, 0, 10, 5, 20), PLAIN);
    selection.select(["a", "b", "c", "e"]);
    expect(selection.ranges()).toEqual([
      [0, 4],
      [5, 2],
    ]);
  });

  test("of an empty file alone is complete", () => {
    const selection = new Selection(catalogOf(0), PLAIN);
    selection.select("all");
    expect(selection.isComplete).toBe(true);
    expect(selection.isEmpty).toBe(false);
  });

  test("finds the file of every piece", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 26 });
    fc.assert(
      fc.property(sizes, (drawn) => {
        const catalog = catalogOf(...drawn);
        const selection = new Selection(catalog, PLAIN);
        for (const [index, { first, count }] of catalog.files.entries()) {
          for (let piece = first; piece < first + count; piece++) expect(selection.fileOf(piece)).toBe(index);
        }
      }),
    );
  });

  test("keeps its sums through any order of changes", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 });
    const steps = fc.array(fc.record({ verb: fc.constantFrom("select", "deselect", "gain", "lose"), at: fc.nat(40) }));
    fc.assert(
      fc.property(sizes, steps, (drawn, walk) => {
        const catalog = catalogOf(...drawn);
        const selection = new Selection(catalog, PLAIN);
        for (const { verb, at } of walk) {
          const path = catalog.files[at % catalog.files.length]!.path.join("/");
          if (verb === "select") selection.select([path]);
          else if (verb === "deselect") selection.deselect([path]);
          else selection.mark([at], verb === "gain");
        }
        const chosen = selection.paths().map((path) => selection.fileIndex(path));
        expect(selection.bytesTotal).toBe(chosen.reduce((sum, index) => sum + catalog.files[index]!.size, 0));
        expect(selection.bytesVerified).toBe(chosen.reduce((sum, index) => sum + selection.fileVerified(index), 0));
      }),
    );
  });
});
