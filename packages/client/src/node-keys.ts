import { fromBase64Url } from "@starling/protocol";

/** Signs and verifies with Ed25519; both may be asked for many at once. */
export interface NodeKeys {
  readonly publicKey: Uint8Array;
  sign(payload: Uint8Array): Promise<Uint8Array>;
  verify(publicKey: Uint8Array, payload: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** DER prefix of an Ed25519 private key in PKCS #8 (RFC 8410, section 7); the 32-byte seed follows. */
const PKCS8_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);

/**
 * Keys of a seed (32 bytes), on WebCrypto where a real signature made by it verifies, else on @noble/curves: some browsers
 * list Ed25519 without having it, so only a trial tells.
 */
export async function nodeKeys(seed: Uint8Array): Promise<NodeKeys> {
  try {
    const keys = await webCryptoKeys(seed);
    const trial = Uint8Array.of(1, 2, 3);
    if (await keys.verify(keys.publicKey, trial, await keys.sign(trial))) return keys;
  } catch {
    // Not supported here: the library serves.
  }
  return nobleKeys(seed);
}

/** Keys on @noble/curves, which is loaded for it; the same signatures, about ten times slower. */
export async function nobleKeys(seed: Uint8Array): Promise<NodeKeys> {
  const { ed25519 } = await import("@noble/curves/ed25519.js");
  return {
    publicKey: ed25519.getPublicKey(seed),
    sign: async (payload) => ed25519.sign(payload, seed),
    verify: async (key, payload, signature) => {
      try {
        return ed25519.verify(signature, payload, key, { zip215: false });
      } catch {
        return false;
      }
    },
  };
}

async function webCryptoKeys(seed: Uint8Array): Promise<NodeKeys> {
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...seed]);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  return {
    // The library's first public key takes the processor for tens of ms (60 under the profiler), while the page connects.
    publicKey: await publicKeyOf(privateKey),
    sign: async (payload) => new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, own(payload))),
    verify: async (key, payload, signature) => {
      try {
        const imported = await crypto.subtle.importKey("raw", own(key), "Ed25519", false, ["verify"]);
        return await crypto.subtle.verify("Ed25519", imported, own(signature), own(payload));
      } catch {
        return false;
      }
    },
  };
}

/** A private key's JWK holds the public one as `x` (RFC 8037, section 2). */
async function publicKeyOf(privateKey: CryptoKey): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey("jwk", privateKey);
  if (x === undefined) throw new TypeError("a private key without its public part");
  return fromBase64Url(x);
}

/** WebCrypto's types want bytes that are surely not in shared memory. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
