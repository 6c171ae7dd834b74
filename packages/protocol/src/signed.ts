import { concat, u32, utf8 } from "./bytes.ts";

/**
 * The bytes that an Ed25519 signature covers: `len || domain || len || payload`, lengths as u32. The domain names the kind
 * of message, so that a signature made for one never serves for another.
 */
export function signedPayload(domain: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = utf8(domain);
  return concat(u32(name.length), name, u32(payload.length), payload);
}
