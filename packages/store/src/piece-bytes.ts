import { type PieceHash, toHex } from "@starling/protocol";

/** Whether the bytes hash to this address (WebCrypto SHA-256, off the main thread). */
export async function hashesTo(hash: PieceHash, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))) === hash;
}
