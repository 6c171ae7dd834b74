import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../src/bytes.ts";
import { signedPayload } from "../src/signed.ts";

/** RFC 8032, section 7.1, tests 1 to 3: secret key, public key, message, signature. */
const VECTORS = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const;

const PKCS8_PREFIX = "302e020100300506032b657004220420";

async function webSign(secret: string, message: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey("pkcs8", fromHex(PKCS8_PREFIX + secret), "Ed25519", false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("Ed25519", key, message)));
}

async function webVerify(publicKey: string, signature: string, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", fromHex(publicKey), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, fromHex(signature), message);
}

function nobleVerify(publicKey: string, signature: string, message: Uint8Array): boolean {
  return ed25519.verify(fromHex(signature), message, fromHex(publicKey), { zip215: false });
}

describe("Ed25519", () => {
  it.each(VECTORS)(
    "gives the signature of RFC 8032 for %s, by WebCrypto and by noble",
    async (secret, publicKey, hex, signature) => {
      const message = fromHex(hex);
      expect(toHex(ed25519.getPublicKey(fromHex(secret)))).toBe(publicKey);
      expect(toHex(ed25519.sign(message, fromHex(secret)))).toBe(signature);
      expect(await webSign(secret, message)).toBe(signature);
      expect(nobleVerify(publicKey, signature, message)).toBe(true);
      expect(await webVerify(publicKey, signature, message)).toBe(true);
    },
  );

  it("is refused alike by both when key, signature or message differ", async () => {
    const [secret, publicKey] = VECTORS[2];
    const message = signedPayload("starling:connect:intent", utf8("payload"));
    const signature = await webSign(secret, message);
    expect(nobleVerify(publicKey, signature, message)).toBe(true);
    for (let bit = 0; bit < 512; bit += 37) {
      const bytes = fromHex(signature);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const changed = toHex(bytes);
      expect([nobleVerify(publicKey, changed, message), await webVerify(publicKey, changed, message)]).toEqual([
        false,
        false,
      ]);
    }
    const other = signedPayload("starling:connect:accept", utf8("payload"));
    expect([nobleVerify(publicKey, signature, other), await webVerify(publicKey, signature, other)]).toEqual([
      false,
      false,
    ]);
    const stranger = VECTORS[0][1];
    expect([nobleVerify(stranger, signature, message), await webVerify(stranger, signature, message)]).toEqual([
      false,
      false,
    ]);
  });

  it("is refused by both with S not reduced, a second form of the same signature", async () => {
    const [, publicKey, hex, signature] = VECTORS[1];
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${toHex(fromHex(signature).slice(32).reverse())}`) + order;
    const malleable = signature.slice(0, 64) + toHex(fromHex(s.toString(16).padStart(64, "0")).reverse());
    const message = fromHex(hex);
    expect([nobleVerify(publicKey, malleable, message), await webVerify(publicKey, malleable, message)]).toEqual([
      false,
      false,
    ]);
  });
});
