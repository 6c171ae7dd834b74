import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../src/bytes.ts";
import { nodeIdOf } from "../src/ids.ts";
import {
  openBody,
  SEAL_NONCE_BYTES,
  SEAL_OVERHEAD,
  sealBody,
  sealInfo,
  sealKeyPair,
  sharedSecret,
} from "../src/seal.ts";

/** RFC 7748, section 6.1. */
const ALICE = sealKeyPair(fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
const BOB = sealKeyPair(fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
const SHARED = fromHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

const context = {
  from: nodeIdOf(utf8("a")),
  to: nodeIdOf(utf8("b")),
  session: "00".repeat(16),
  type: "offer",
} as const;
const info = sealInfo(context);
const nonce = new Uint8Array(SEAL_NONCE_BYTES).fill(9);
const text = utf8("v=0");

/** Points of low order on Curve25519, which give no secret (RFC 7748, section 7; list of D. J. Bernstein). */
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

function seal(plaintext: Uint8Array): Uint8Array {
  return sealBody(SHARED, info, nonce, plaintext);
}

describe("sealed bodies", () => {
  it("open for the receiver alone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (plaintext) => {
        const sealed = seal(plaintext);
        expect(sealed).toHaveLength(plaintext.length + SEAL_OVERHEAD);
        expect(openBody(SHARED, info, sealed)).toEqual(plaintext);
      }),
      { numRuns: 20 },
    );
    const eve = sealKeyPair(new Uint8Array(32).fill(5));
    for (const { publicKey } of [ALICE, BOB]) {
      const guessed = sharedSecret(eve.secretKey, publicKey);
      expect(guessed && openBody(guessed, info, seal(text))).toBeNull();
    }
  });

  it("open in their own context alone", () => {
    const others = [
      { ...context, from: context.to, to: context.from },
      { ...context, session: "01".repeat(16) },
      { ...context, type: "answer" as const },
    ];
    for (const other of others) expect(openBody(SHARED, sealInfo(other), seal(text))).toBeNull();
  });

  it("do not open when any bit differs, or cut", () => {
    const sealed = seal(text);
    for (let bit = 0; bit < sealed.length * 8; bit += 5) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(openBody(SHARED, info, changed)).toBeNull();
    }
    for (const length of [0, 1, SEAL_OVERHEAD - 1, SEAL_OVERHEAD, sealed.length - 1]) {
      expect(openBody(SHARED, info, sealed.subarray(0, length))).toBeNull();
    }
  });

  it("do not open, and do nothing else, when random", () => {
    const property = fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 40 }),
      (sealed, theirKey) => {
        const secret = sharedSecret(BOB.secretKey, theirKey);
        expect(secret && openBody(secret, info, sealed)).toBeNull();
        expect(openBody(SHARED, info, sealed)).toBeNull();
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("use the key that HKDF draws from the shared secret", () => {
    const key = new Uint8Array(hkdfSync("sha256", SHARED, new Uint8Array(0), info, 32));
    const sealed = seal(text);
    expect(xchacha20poly1305(key, nonce).decrypt(sealed.subarray(SEAL_NONCE_BYTES))).toEqual(text);
  });
});

describe("shared secrets", () => {
  it("are the same on both sides, and those of RFC 7748", () => {
    expect(sharedSecret(ALICE.secretKey, BOB.publicKey)).toEqual(SHARED);
    expect(sharedSecret(BOB.secretKey, ALICE.publicKey)).toEqual(SHARED);
  });

  it.each(LOW_ORDER)("are not made with the low-order key %s", (hex) => {
    expect(sharedSecret(ALICE.secretKey, fromHex(hex))).toBeNull();
  });

  it("are not made with a key of the wrong length", () => {
    expect(sharedSecret(ALICE.secretKey, new Uint8Array(31).fill(9))).toBeNull();
    expect(sharedSecret(ALICE.secretKey, new Uint8Array(33).fill(9))).toBeNull();
  });
});

describe("X25519 and XChaCha20-Poly1305", () => {
  it("give the public keys of RFC 7748, and Node's shared secret", () => {
    expect(toHex(ALICE.publicKey)).toBe("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    expect(toHex(BOB.publicKey)).toBe("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const privateKey = createPrivateKey({
      key: der("302e020100300506032b656e04220420", ALICE.secretKey),
      format: "der",
      type: "pkcs8",
    });
    const publicKey = createPublicKey({
      key: der("302a300506032b656e032100", BOB.publicKey),
      format: "der",
      type: "spki",
    });
    expect(new Uint8Array(diffieHellman({ privateKey, publicKey }))).toEqual(SHARED);
  });

  it("give the ciphertext of draft-irtf-cfrg-xchacha-03, appendix A.3.1", () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
    const iv = Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i);
    const plaintext = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const expected =
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39" +
      "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9" +
      "21f9664c97637da9768812f615c68b13b52e" +
      "c0875924c1c7987947deafd8780acf49";
    expect(toHex(xchacha20poly1305(key, iv, fromHex("50515253c0c1c2c3c4c5c6c7")).encrypt(plaintext))).toBe(expected);
  });
});

function der(prefix: string, key: Uint8Array): Buffer {
  return Buffer.concat([fromHex(prefix), key]);
}
