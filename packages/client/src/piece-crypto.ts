import { type PieceHash, pieceHashFromBytes, pieceKey } from "@starling/protocol";
import { own } from "./node-keys.ts";

/** AES-GCM with a zero nonce is safe here: a key is only ever used for one plaintext (protocol, "Piece key"). */
const ZERO_NONCE = new Uint8Array(12);

/** A piece as it travels and is stored, with what the catalog keeps to open it again. */
export interface EncryptedPiece {
  readonly hash: PieceHash;
  readonly bytes: Uint8Array;
  /** SHA-256 of the plaintext, 32 bytes. */
  readonly plainHash: Uint8Array;
}

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", own(bytes)));
}

/** Encrypts one content piece; everything heavy runs in WebCrypto, off the main thread. */
export async function encryptPiece(contentKey: Uint8Array, plain: Uint8Array): Promise<EncryptedPiece> {
  const plainHash = await sha256(plain);
  const bytes = await encryptWith(pieceKey(contentKey, plainHash), plain);
  return { hash: await addressOf(bytes), bytes, plainHash };
}

/** Throws OperationError when the key does not fit, as WebCrypto does. */
export function decryptPiece(contentKey: Uint8Array, plainHash: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  return decryptWith(pieceKey(contentKey, plainHash), bytes);
}

export async function encryptWith(key: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.encrypt(GCM, await aesKey(key, "encrypt"), own(plain)));
}

export async function decryptWith(key: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.decrypt(GCM, await aesKey(key, "decrypt"), own(bytes)));
}

export async function addressOf(bytes: Uint8Array): Promise<PieceHash> {
  return pieceHashFromBytes(await sha256(bytes));
}

const GCM = { name: "AES-GCM", iv: ZERO_NONCE };

function aesKey(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", own(key), "AES-GCM", false, [usage]);
}
