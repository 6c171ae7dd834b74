import { hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, equalBytes, toHex, utf8 } from "../src/bytes.ts";
import {
  catalogPieceKey,
  catalogSalt,
  deriveContentKeys,
  normalizePassword,
  passwordSalt,
  pieceKey,
  SCRYPT,
  secretWithPassword,
} from "../src/content-keys.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const secret = new Uint8Array(32).fill(7);
/** HKDF by another implementation. */
const nodeHkdf = (input: Uint8Array, label: string) => toHex(new Uint8Array(hkdfSync("sha256", input, "", label, 32)));

describe("content keys", () => {
  it("are those of another implementation of HKDF", () => {
    fc.assert(
      fc.property(bytes32, bytes32, (input, stretched) => {
        const { contentKey, catalogKey, commitment } = deriveContentKeys(input);
        expect(
          [contentKey, catalogKey, commitment, passwordSalt(input), secretWithPassword(input, stretched)].map(toHex),
        ).toEqual([
          nodeHkdf(input, "starling:content"),
          nodeHkdf(input, "starling:catalog"),
          nodeHkdf(input, "starling:commitment"),
          nodeHkdf(input, "starling:password-salt"),
          nodeHkdf(concat(input, stretched), "starling:password"),
        ]);
      }),
    );
  });

  it("differ for every purpose, piece, salt and plaintext", () => {
    const { contentKey, catalogKey, commitment } = deriveContentKeys(secret);
    const salts = [utf8("one catalog"), utf8("another catalog")].map((catalog) => catalogSalt(catalogKey, catalog));
    const keys = [
      contentKey,
      catalogKey,
      commitment,
      passwordSalt(secret),
      secretWithPassword(secret, secret),
      pieceKey(contentKey, secret),
      pieceKey(contentKey, new Uint8Array(32)),
      ...salts.flatMap((salt) => [0, 1, 256].map((index) => catalogPieceKey(catalogKey, salt, index))),
    ];
    expect(new Set(keys.map(toHex)).size).toBe(keys.length);
  });

  it("are never made from keys of another length", () => {
    const short = new Uint8Array(31);
    for (const derive of [
      () => deriveContentKeys(short),
      () => passwordSalt(new Uint8Array(0)),
      () => secretWithPassword(secret, short),
      () => secretWithPassword(short, secret),
      () => pieceKey(short, secret),
      () => pieceKey(secret, short),
      () => catalogSalt(short, secret),
      () => catalogPieceKey(secret, secret, 0),
    ]) {
      expect(derive).toThrow(RangeError);
    }
  });

  it("treat a password alike however its characters were typed", () => {
    expect(equalBytes(normalizePassword("café Ａ１"), normalizePassword("cafe\u0301 A1"))).toBe(true);
    expect(equalBytes(normalizePassword("a"), normalizePassword("A"))).toBe(false);
  });

  it("ask scrypt for no more memory than the cap allows", () => {
    expect(SCRYPT.N).toBeLessThanOrEqual(2 ** 18);
    expect(128 * SCRYPT.N * SCRYPT.r).toBe(128 * 1024 * 1024);
  });
});
