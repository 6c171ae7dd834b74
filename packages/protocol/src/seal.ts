import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, utf8 } from "./bytes.ts";
import type { ConnectType } from "./connect-messages.ts";
import { idBytes, type NodeId } from "./ids.ts";
import { x25519 } from "./x25519.ts";

/** An X25519 key pair (RFC 7748), 32 bytes each; made anew for every connection session. */
export interface SealKeyPair {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What a sealed body belongs to; opened with anything else it does not verify. */
export interface SealContext {
  readonly from: NodeId;
  readonly to: NodeId;
  /** 32 hex digits. */
  readonly session: string;
  readonly type: ConnectType;
}

/** Length of the random nonce of XChaCha20, which leads every sealed body. */
export const SEAL_NONCE_BYTES = 24;
/** Length that sealing adds: the nonce, and the tag of Poly1305. */
export const SEAL_OVERHEAD = SEAL_NONCE_BYTES + 16;

const KEY_BYTES = 32;

/** @param random 32 bytes from a cryptographic source; they are the secret key. */
export function sealKeyPair(random: Uint8Array): SealKeyPair {
  return { secretKey: random.slice(), publicKey: x25519.getPublicKey(random) };
}

/**
 * What both sides of a session know and nobody else: X25519(mine, theirs). Milliseconds of work in script, so it is kept
 * for the session.
 * @returns null if their key is none, or one of the few (low order) that give no secret: a breach of the protocol.
 */
export function sharedSecret(mySecret: Uint8Array, theirPublic: Uint8Array): Uint8Array | null {
  try {
    // Throws on a shared secret of all zeros, as RFC 7748, section 6.1 allows.
    return x25519.getSharedSecret(mySecret, theirPublic);
  } catch {
    return null;
  }
}

/** The `info` of {@link sealBody} for a connection message. */
export function sealInfo({ from, to, session, type }: SealContext): Uint8Array<ArrayBuffer> {
  return concat(utf8("starling:seal:"), idBytes(from), idBytes(to), fromHex(session), utf8(type));
}

/**
 * Seals to the receiver: `nonce || XChaCha20-Poly1305(key, nonce, plaintext)` (draft-irtf-cfrg-xchacha-03), with
 * `key = HKDF-SHA-256(ikm = secret, salt = none, info)`, 32 bytes.
 * @param secret from {@link sharedSecret}. @param nonce 24 random bytes, never used twice.
 */
export function sealBody(
  secret: Uint8Array,
  info: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concat(nonce, xchacha20poly1305(sealKey(secret, info), nonce).encrypt(plaintext));
}

/** The plaintext; null if it was not sealed by the holder of that key, for us, with this `info`. */
export function openBody(secret: Uint8Array, info: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_OVERHEAD) return null;
  try {
    const cipher = xchacha20poly1305(sealKey(secret, info), sealed.slice(0, SEAL_NONCE_BYTES));
    return cipher.decrypt(sealed.subarray(SEAL_NONCE_BYTES));
  } catch {
    return null;
  }
}

function sealKey(secret: Uint8Array, info: Uint8Array): Uint8Array {
  return hkdf(sha256, secret, undefined, info, KEY_BYTES);
}
