import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import {
  asArray,
  asBytes,
  asText,
  asUint,
  type CborEncodable,
  decodeCbor,
  decodeCborMap,
  encodeCbor,
} from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { survivesFuzzing } from "./fuzz.ts";

const { value } = fc.letrec<{ value: CborEncodable }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 5, withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value")),
  ),
}));

/** What decoding gives for an encoded value: maps for objects. */
function decoded(input: CborEncodable | undefined): unknown {
  if (input === null || typeof input !== "object" || input instanceof Uint8Array)
    return Object.is(input, -0) ? 0 : input;
  if (Array.isArray(input)) return input.map(decoded);
  return new Map(Object.entries(input).map(([key, entry]) => [key, decoded(entry)]));
}

describe("CBOR", () => {
  it("round-trips what it can hold", () => {
    fc.assert(fc.property(value, (input) => void expect(decodeCbor(encodeCbor(input))).toEqual(decoded(input))));
  });

  it("keeps the key __proto__ as a plain key", () => {
    const map = decodeCborMap(fromHex("a1695f5f70726f746f5f5fa16161f5"));
    expect([...map.keys()]).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(map)).toBe(Map.prototype);
  });

  it.each([
    ["no input", ""],
    ["trailing bytes", "0000"],
    ["a float", "f93c00"],
    ["a float in an array", "81fb3ff199999999999a"],
    ["a tag", "c11a514b67b0"],
    ["undefined", "f7"],
    ["a simple value", "f0"],
    ["an indefinite array", "9f01ff"],
    ["an indefinite map", "bfff"],
    ["an indefinite byte string", "5f4101ff"],
    ["a lone break", "ff"],
    ["a break as map value", "a16161ff"],
    ["an integer in long form", "1817"],
    ["a length in long form", "580101"],
    ["an integer beyond the safe range", "1b0020000000000000"],
    ["a duplicate key", "a2616101616102"],
    ["an integer key", "a10101"],
    ["a byte string key", "a1416101"],
    ["an array key", "a18001"],
    ["text that is not UTF-8", "61ff"],
    ["an overlong UTF-8 form", "62c080"],
    ["a surrogate in UTF-8", "63eda080"],
    ["an array that claims 2^32-1 entries", "9affffffff"],
    ["a map that claims 2^32-1 entries", "baffffffff"],
    ["bytes that claim 2^32-1", "5affffffff"],
    ["nesting of nine", `${"81".repeat(9)}01`],
  ])("refuses %s", (_, hex) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(DecodeError);
  });

  it("takes nesting of eight", () => {
    expect(() => decodeCbor(fromHex(`${"81".repeat(8)}01`))).not.toThrow();
  });

  it("keeps a leading byte order mark", () => {
    expect(decodeCbor(encodeCbor("\uFEFFa"))).toBe("\uFEFFa");
  });

  it("orders keys bytewise and leaves out undefined", () => {
    expect(toHex(encodeCbor({ b: 1, aa: 2, a: undefined }))).toBe("a26162016261" + "6102");
  });

  it("orders any keys by the bytes of their own encoding (RFC 8949, section 4.2.1)", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary", maxLength: 300 }), fc.constant(0)), (map) => {
        const keys = [...decodeCborMap(encodeCbor(map)).keys()].map((key) => toHex(encodeCbor(key)));
        expect(keys).toEqual([...keys].sort());
      }),
    );
  });

  it("does not encode floats", () => {
    expect(() => encodeCbor({ a: 0.5 })).toThrow(RangeError);
  });

  it("survives random and mutated input", () => {
    survivesFuzzing(decodeCbor, [encodeCbor({ a: [1, "two", new Uint8Array(3)], b: { c: null, d: true } })]);
  });

  it("refuses a million nested arrays at once", () => {
    expect(() => decodeCbor(new Uint8Array(1_000_000).fill(0x81))).toThrow(DecodeError);
  });
});

describe("field checks", () => {
  it("bound integers, lengths and counts", () => {
    expect(asUint(5, "n", 5)).toBe(5);
    expect(() => asUint(6, "n", 5)).toThrow(DecodeError);
    expect(() => asUint(-1, "n")).toThrow(DecodeError);
    expect(() => asUint(undefined, "n")).toThrow(DecodeError);
    expect(() => asBytes(new Uint8Array(31), "id", 32)).toThrow(DecodeError);
    expect(asBytes(new Uint8Array(3), "b", 0, 3)).toHaveLength(3);
    expect(() => asText("ää", "t", 3)).toThrow(DecodeError);
    expect(asText("ää", "t", 4)).toBe("ää");
    expect(() => asArray([1, 2], "a", 1)).toThrow(DecodeError);
  });
});
