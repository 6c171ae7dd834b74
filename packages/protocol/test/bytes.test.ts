import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equalBytes, fromBase64Url, fromHex, toBase64Url, toHex, u32, utf8 } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import { survivesTextFuzzing } from "./fuzz.ts";

describe("hex", () => {
  it("round-trips", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(fromHex(toHex(bytes))).toEqual(bytes)));
  });

  it.each(["0", "AB", "0x", "g0", " 00", "００"])("refuses %j", (text) => {
    expect(() => fromHex(text)).toThrow(DecodeError);
  });
});

describe("base64url", () => {
  it("agrees with Node's and round-trips", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["A", "AA==", "AB", "AAB", "A+AA", "A/AA", "AAA\n", "AA😀"])("refuses %j", (text) => {
    expect(() => fromBase64Url(text)).toThrow(DecodeError);
  });

  it("accepts only the one form of each byte string", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 6 }), (text) => {
        let bytes: Uint8Array;
        try {
          bytes = fromBase64Url(text);
        } catch {
          return;
        }
        expect(toBase64Url(bytes)).toBe(text);
      }),
    );
  });

  it("survives random and mutated text", () => {
    survivesTextFuzzing(fromBase64Url, [toBase64Url(new Uint8Array(32).fill(7)), toBase64Url(new Uint8Array(31))]);
  });
});

describe("bytes", () => {
  it("are joined in order, in new memory", () => {
    const a = Uint8Array.of(1);
    const joined = concat(a, Uint8Array.of(2, 3));
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
    joined[0] = 9;
    expect(a[0]).toBe(1);
  });

  it("are compared whole", () => {
    expect(equalBytes(utf8("abc"), utf8("abc"))).toBe(true);
    expect(equalBytes(utf8("abc"), utf8("abd"))).toBe(false);
    expect(equalBytes(utf8("abc"), utf8("ab"))).toBe(false);
  });

  it("of a u32 are big-endian", () => {
    expect(u32(0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
  });
});
