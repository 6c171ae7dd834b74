import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../src/bytes.ts";

/** Published results of the algorithms that content keys are made with, for the implementations that we use. */

describe("HKDF-SHA-256 (RFC 5869, appendix A)", () => {
  const range = (from: number, to: number) => Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);
  it.each([
    {
      test: "A.1",
      ikm: new Uint8Array(22).fill(0x0b),
      salt: range(0x00, 0x0c),
      info: range(0xf0, 0xf9),
      okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    },
    {
      test: "A.2",
      ikm: range(0x00, 0x4f),
      salt: range(0x60, 0xaf),
      info: range(0xb0, 0xff),
      okm: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    },
    {
      test: "A.3, without salt or info",
      ikm: new Uint8Array(22).fill(0x0b),
      salt: undefined,
      info: new Uint8Array(0),
      okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    },
  ])("gives the output of $test", ({ ikm, salt, info, okm }) => {
    expect(toHex(hkdf(sha256, ikm, salt, info, okm.length / 2))).toBe(okm);
  });
});

describe("HMAC-SHA-256 (RFC 4231)", () => {
  it.each([
    [
      "1",
      new Uint8Array(20).fill(0x0b),
      utf8("Hi There"),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ],
    [
      "2",
      utf8("Jefe"),
      utf8("what do ya want for nothing?"),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      "3",
      new Uint8Array(20).fill(0xaa),
      new Uint8Array(50).fill(0xdd),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ],
    [
      "6",
      new Uint8Array(131).fill(0xaa),
      utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("gives the output of test case %s", (_, key, data, mac) => {
    expect(toHex(hmac(sha256, key, data))).toBe(mac);
  });
});

describe("scrypt (RFC 7914, section 12)", () => {
  it.each([
    {
      password: "",
      salt: "",
      N: 16,
      r: 1,
      p: 1,
      out: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
    },
    {
      password: "password",
      salt: "NaCl",
      N: 1024,
      r: 8,
      p: 16,
      out: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    },
    {
      password: "pleaseletmein",
      salt: "SodiumChloride",
      N: 16384,
      r: 8,
      p: 1,
      out: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    },
  ])("gives the output for N = $N", ({ password, salt, N, r, p, out }) => {
    expect(toHex(scrypt(utf8(password), utf8(salt), { N, r, p, dkLen: 64 }))).toBe(out);
  });
});

/** McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B, the cases of 256-bit keys. */
describe("AES-256-GCM of WebCrypto (McGrew and Viega)", () => {
  const key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  const text =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
  const cipher =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662";
  it.each([
    {
      test: 13,
      key: "00".repeat(32),
      iv: "00".repeat(12),
      plain: "",
      aad: "",
      sealed: "530f8afbc74536b9a963b4f1c4cb738b",
    },
    {
      test: 14,
      key: "00".repeat(32),
      iv: "00".repeat(12),
      plain: "00".repeat(16),
      aad: "",
      sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    },
    {
      test: 15,
      key,
      iv: "cafebabefacedbaddecaf888",
      plain: `${text}1aafd255`,
      aad: "",
      sealed: `${cipher}898015adb094dac5d93471bdec1a502270e3cc6c`,
    },
    {
      test: 16,
      key,
      iv: "cafebabefacedbaddecaf888",
      plain: text,
      aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      sealed: `${cipher}76fc6ece0f4e1768cddf8853bb2d551b`,
    },
  ])("gives ciphertext and tag of test case $test", async ({ key, iv, plain, aad, sealed }) => {
    const imported = await crypto.subtle.importKey("raw", fromHex(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    const algorithm = { name: "AES-GCM", iv: fromHex(iv), additionalData: fromHex(aad) };
    expect(toHex(new Uint8Array(await crypto.subtle.encrypt(algorithm, imported, fromHex(plain))))).toBe(sealed);
    expect(toHex(new Uint8Array(await crypto.subtle.decrypt(algorithm, imported, fromHex(sealed))))).toBe(plain);
  });
});
