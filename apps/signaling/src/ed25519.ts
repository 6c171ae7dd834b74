import { createPublicKey, verify } from "node:crypto";

/**
 * Checks an Ed25519 signature off the main thread. A key that is none answers false.
 * @param publicKey 32 bytes
 */
export function verifyEd25519(
  publicKey: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
  answer: (ok: boolean) => void,
): void {
  try {
    const x = Buffer.from(publicKey).toString("base64url");
    const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
    verify(null, payload, key, signature, (error, ok) => answer(error === null && ok));
  } catch {
    answer(false);
  }
}
