import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import { MAX_PIECE_SIZE, MAX_PIECES } from "../src/limits.ts";
import { decodeManifest, encodeManifest, type Manifest, manifestHash, manifestSize } from "../src/manifest.ts";
import { cpuTime } from "./cpu-time.ts";
import { survivesFuzzing } from "./fuzz.ts";

/** `pieces` pieces of distinct addresses that share their first bytes, the worst case for the check of repeats. */
function manifestOf(pieces: number, length = 65_536, catalogPieces = 1): Manifest {
  const hashes = new Uint8Array(pieces * 32);
  const view = new DataView(hashes.buffer);
  for (let piece = 0; piece < pieces; piece++) view.setUint32(piece * 32 + 28, (piece * 2_654_435_761) >>> 0);
  return {
    hasPassword: false,
    salt: new Uint8Array(16).fill(1),
    commitment: new Uint8Array(32).fill(2),
    catalogPieces,
    pieceCount: pieces,
    hashes,
    lengths: new Uint32Array(pieces).fill(length),
  };
}

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const manifests: fc.Arbitrary<Manifest> = fc
  .uniqueArray(fc.tuple(bytesOf(32), fc.integer({ min: 17, max: MAX_PIECE_SIZE })), {
    minLength: 1,
    maxLength: 20,
    selector: ([hash]) => toHex(hash),
  })
  .chain((pieces) =>
    fc.record({
      hasPassword: fc.boolean(),
      salt: bytesOf(16),
      commitment: bytesOf(32),
      catalogPieces: fc.integer({ min: 1, max: pieces.length }),
      pieceCount: fc.constant(pieces.length),
      hashes: fc.constant(Uint8Array.from(pieces.flatMap(([hash]) => [...hash]))),
      lengths: fc.constant(Uint32Array.from(pieces.map(([, length]) => length))),
    }),
  );

const refusal = (bytes: Uint8Array) => {
  try {
    decodeManifest(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code}: ${error.message}`;
  }
  return null;
};
/** A sound manifest of two pieces with some bytes changed. */
const changed = (at: number, ...bytes: number[]) => {
  const encoded = encodeManifest(manifestOf(2));
  encoded.set(bytes, at);
  return encoded;
};

describe("a manifest", () => {
  it("comes back whole from its bytes", () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
      }),
    );
  });

  it("has one form: what decodes, encodes to the same bytes", () => {
    fc.assert(
      fc.property(manifests, fc.nat(61), fc.nat(255), (manifest, at, byte) => {
        const bytes = encodeManifest(manifest);
        bytes[at] = byte;
        if (refusal(bytes) === null) expect(encodeManifest(decodeManifest(bytes))).toEqual(bytes);
      }),
    );
  });

  it("is read in place from a larger buffer, and copied", () => {
    const encoded = encodeManifest(manifestOf(3));
    const buffer = new Uint8Array(encoded.length + 9);
    buffer.set(encoded, 9);
    const decoded = decodeManifest(buffer.subarray(9));
    buffer.fill(0);
    expect(decoded).toEqual(manifestOf(3));
  });

  it("names its pieces and its size", () => {
    const manifest = manifestOf(3, 100);
    expect(manifestHash(manifest, 2)).toBe(toHex(manifest.hashes.subarray(64)));
    expect(() => manifestHash(manifest, 3)).toThrow(RangeError);
    expect(manifestSize(manifest)).toBe(300);
  });

  it("of the largest share is decoded in well under a second, also when all addresses look alike", () => {
    const bytes = encodeManifest(manifestOf(MAX_PIECES, MAX_PIECE_SIZE));
    expect(cpuTime(() => decodeManifest(bytes))).toBeLessThan(1000);
    expect(manifestSize(decodeManifest(bytes))).toBe(MAX_PIECES * MAX_PIECE_SIZE);
  });

  it.each([
    ["nothing", new Uint8Array(0), "length is impossible"],
    ["a header cut off", encodeManifest(manifestOf(1)).subarray(0, 61), "length is impossible"],
    ["no pieces", changed(58, 0, 0, 0, 0).subarray(0, 62), "catalog is impossible"],
    ["a last piece cut off", encodeManifest(manifestOf(2)).subarray(0, -1), "piece count differ"],
    ["a byte too many", new Uint8Array([...encodeManifest(manifestOf(2)), 0]), "piece count differ"],
    ["a piece count beyond its bytes", changed(58, 255, 255, 255, 255), "piece count differ"],
    ["another magic", changed(0, 0), "STLG"],
    ["version 2", changed(4, 2), "bad-version"],
    ["an unknown flag", changed(5, 2), "unknown flags"],
    ["no catalog", changed(54, 0, 0, 0, 0), "catalog is impossible"],
    ["more catalog than pieces", changed(54, 0, 0, 0, 3), "catalog is impossible"],
    ["an empty piece", changed(94, 0, 0, 0, 16), "length is impossible"],
    ["a piece over 4 MiB", changed(94, 0, 0x40, 0, 1), "length is impossible"],
    [
      "one address with two lengths",
      changed(126, 0x9e, 0x37, 0x79, 0xb1, 0, 0, 0, 99).copyWithin(98, 62, 94),
      "two lengths",
    ],
    ["more than 65,536 pieces", new Uint8Array(62 + 36 * 65_537), "STLG"],
    ["over 2.5 MiB", new Uint8Array(3_000_000), "length is impossible"],
  ])("with %s is refused", (_, bytes, why) => {
    expect(refusal(bytes)).toContain(why);
  });

  it("may repeat an address of one length, as equal content does", () => {
    const bytes = encodeManifest(manifestOf(2)).copyWithin(98, 62, 94);
    expect(refusal(bytes)).toBeNull();
  });

  it("that nobody would accept is not encoded", () => {
    expect(() => encodeManifest(manifestOf(0))).toThrow(RangeError);
    expect(() => encodeManifest(manifestOf(1, 16))).toThrow(RangeError);
    expect(() => encodeManifest(manifestOf(300, 20, 257))).toThrow(RangeError);
    expect(() => encodeManifest({ ...manifestOf(2), pieceCount: 1 })).toThrow(RangeError);
    expect(() => encodeManifest({ ...manifestOf(2), salt: new Uint8Array(15) })).toThrow(RangeError);
  });

  it("survives random and mutated input", () => {
    survivesFuzzing(decodeManifest, [encodeManifest(manifestOf(1)), encodeManifest(manifestOf(5, 17, 2))]);
  });
});
