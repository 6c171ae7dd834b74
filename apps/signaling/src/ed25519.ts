import { createPublicKey, verify } from "node:crypto";

/** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

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
    const key = createPublicKey({ format: "der", type: "spki", key: Buffer.concat([SPKI_PREFIX, publicKey]) });
    verify(null, payload, key, signature, (error, ok) => answer(error === null && ok));
  } catch {
    answer(false);
  }
}
