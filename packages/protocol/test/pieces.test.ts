import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CONTENT_PIECES } from "../src/limits.ts";
import {
  countPieces,
  fileOfPiece,
  isPieceSize,
  LayoutError,
  layoutFiles,
  pieceSizeFor,
  pieceSpan,
  piecesOfSpan,
  plainPieceSize,
} from "../src/pieces.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const sizes = fc.array(fc.oneof(fc.constant(0), fc.nat(300_000), fc.nat(20 * MIB)), { maxLength: 30 });
const laidOut = (lengths: number[]) => {
  const files = lengths.map((size) => ({ size }));
  const layout = layoutFiles(files);
  return {
    layout,
    plainSize: plainPieceSize(layout.pieceSize),
    files: layout.files.map((file, i) => ({ ...file, size: lengths[i]! })),
  };
};

describe("pieceSizeFor", () => {
  it.each([
    [0, 64 * KIB],
    [25 * MIB - 1, 64 * KIB],
    [25 * MIB, 128 * KIB],
    [50 * MIB - 1, 128 * KIB],
    [50 * MIB, 256 * KIB],
    [GIB - 1, 256 * KIB],
    [GIB, 512 * KIB],
    [4 * GIB, MIB],
    [64 * GIB - 1, 2 * MIB],
    [64 * GIB, 4 * MIB],
    [1024 * GIB, 4 * MIB],
  ])("gives %d bytes pieces of %d", (total, size) => {
    expect(pieceSizeFor(total)).toBe(size);
    expect(isPieceSize(size)).toBe(true);
  });

  it.each([0, 32 * KIB, 8 * MIB, 65_535, 100_000, Number.NaN])("does not accept a piece size of %d", (size) => {
    expect(isPieceSize(size)).toBe(false);
  });
});

describe("layoutFiles", () => {
  it("starts every file on a piece and gives an empty one none", () => {
    const plain = 64 * KIB - 16;
    const files = [0, 1, plain, plain + 1, 0, 5].map((size) => ({ size }));
    expect(layoutFiles(files)).toEqual({
      pieceSize: 64 * KIB,
      files: [
        { first: 0, count: 0 },
        { first: 0, count: 1 },
        { first: 1, count: 1 },
        { first: 2, count: 2 },
        { first: 4, count: 0 },
        { first: 4, count: 1 },
      ],
      pieceCount: 5,
    });
  });

  it("refuses more pieces than a share can have, with a sentence", () => {
    const files = Array.from({ length: MAX_CONTENT_PIECES }, () => ({ size: 1 }));
    expect(layoutFiles(files).pieceCount).toBe(MAX_CONTENT_PIECES);
    expect(() => layoutFiles([...files, { size: 1 }])).toThrow(LayoutError);
    expect(() => layoutFiles([...files, { size: 1 }])).toThrow(/about 65,000 files/);
    expect(() => layoutFiles([{ size: 300 * GIB }])).toThrow(/about 270 GB/);
  });

  it("covers every byte of every file exactly once", () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { files, plainSize } = laidOut(lengths);
        for (const { size, count } of files) {
          let at = 0;
          for (let index = 0; index < count; index++) {
            const { start, end } = pieceSpan(size, plainSize, index);
            expect(start).toBe(at);
            expect(end).toBeGreaterThan(start);
            at = end;
          }
          expect(at).toBe(size);
          expect(() => pieceSpan(size, plainSize, count)).toThrow(RangeError);
        }
      }),
    );
  });

  it("finds the file of each piece again", () => {
    fc.assert(
      fc.property(sizes, (lengths) => {
        const { layout, files } = laidOut(lengths);
        const owners = files.flatMap(({ count }, file) => Array(count).fill(file));
        expect(Array.from({ length: layout.pieceCount }, (_, piece) => fileOfPiece(files, piece))).toEqual(owners);
        expect(fileOfPiece(files, layout.pieceCount)).toBeNull();
        expect(fileOfPiece(files, -1)).toBeNull();
      }),
    );
  });
});

describe("piecesOfSpan", () => {
  it("names just the pieces that hold the bytes", () => {
    const file = { first: 10, count: 3, size: 250 };
    expect(piecesOfSpan(file, 100, { start: 0, end: 250 })).toEqual({ first: 10, count: 3 });
    expect(piecesOfSpan(file, 100, { start: 99, end: 101 })).toEqual({ first: 10, count: 2 });
    expect(piecesOfSpan(file, 100, { start: 100, end: 200 })).toEqual({ first: 11, count: 1 });
    expect(piecesOfSpan(file, 100, { start: 240, end: 9999 })).toEqual({ first: 12, count: 1 });
    expect(piecesOfSpan(file, 100, { start: 250, end: 300 })).toEqual({ first: 10, count: 0 });
    expect(piecesOfSpan(file, 100, { start: 5, end: 5 })).toEqual({ first: 10, count: 0 });
  });

  it("takes as many pieces for the whole file as it has", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 999 }), (size, plainSize) => {
        const count = countPieces(size, plainSize);
        expect(piecesOfSpan({ first: 0, count, size }, plainSize, { start: 0, end: size }).count).toBe(count);
      }),
    );
  });
});
