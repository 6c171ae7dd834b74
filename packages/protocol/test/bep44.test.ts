import { createHash } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { concat, fromHex, utf8 } from "../src/bytes.ts";

/**
 * Test vectors of BEP 44 (storing arbitrary data in the DHT), which our mutable and immutable records follow: the same
 * Ed25519 verifies them, by noble with the options that the client uses, and by WebCrypto.
 */
const PUBLIC_KEY = fromHex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
const VALUE = utf8("12:Hello World!");
const MUTABLE = [
  {
    test: "1, mutable",
    salt: "",
    signed: "3:seqi1e1:v12:Hello World!",
    target: "4a533d47ec9c7d95b1ad75f576cffc641853b750",
    signature:
      "305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01",
  },
  {
    test: "2, mutable with salt",
    salt: "foobar",
    signed: "4:salt6:foobar3:seqi1e1:v12:Hello World!",
    target: "411eba73b6f087ca51a3795d9c8c938d365e32c1",
    signature:
      "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08",
  },
] as const;

const sha1 = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest("hex");

function nobleVerify(signature: Uint8Array, message: Uint8Array): boolean {
  return ed25519.verify(signature, message, PUBLIC_KEY, { zip215: false });
}

async function webVerify(signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", PUBLIC_KEY, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

describe("BEP 44", () => {
  it.each(MUTABLE)("test $test verifies by noble and by WebCrypto", async ({ salt, signed, target, signature }) => {
    expect(sha1(concat(PUBLIC_KEY, utf8(salt)))).toBe(target);
    const message = utf8(signed);
    expect([nobleVerify(fromHex(signature), message), await webVerify(fromHex(signature), message)]).toEqual([
      true,
      true,
    ]);
  });

  it.each(MUTABLE)("test $test verifies with no other sequence number", async ({ signed, signature }) => {
    const message = utf8(signed.replace("i1e", "i2e"));
    expect([nobleVerify(fromHex(signature), message), await webVerify(fromHex(signature), message)]).toEqual([
      false,
      false,
    ]);
  });

  it("test 3, immutable, has the published target", () => {
    expect(sha1(VALUE)).toBe("e5f96f6f38320f0f33959cb4d3d656452117aadb");
  });

  it("signatures do not serve with or without the salt of the other", () => {
    const [plain, salted] = MUTABLE;
    expect(nobleVerify(fromHex(plain.signature), utf8(salted.signed))).toBe(false);
    expect(nobleVerify(fromHex(salted.signature), utf8(plain.signed))).toBe(false);
  });
});
