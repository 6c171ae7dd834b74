import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, u32, utf8 } from "./bytes.ts";

/** Length of a share's secret and of every key here. */
export const KEY_BYTES = 32;
/** Length of the manifest's salt. */
export const SALT_BYTES = 16;
/**
 * Cost of a guess at a password (RFC 7914): 128 MiB and about half a second. Constants of version 1, never taken from a
 * message. `r`, `p` and `dkLen` as the RFC names them.
 */
export const SCRYPT = { N: 2 ** 17, r: 8, p: 1, dkLen: KEY_BYTES } as const;

/** Keys of a share, 32 bytes each. `commitment` is public (in the manifest): it tells a wrong secret or password at once. */
export interface ContentKeys {
  readonly contentKey: Uint8Array;
  readonly catalogKey: Uint8Array;
  readonly commitment: Uint8Array;
}

/**
 * HKDF-SHA-256 (RFC 5869, no salt) under the labels `starling:content`, `starling:catalog`, `starling:commitment`.
 * @param secret the link's secret, or what {@link secretWithPassword} made of it; 32 bytes.
 */
export function deriveContentKeys(secret: Uint8Array): ContentKeys {
  const prk = extract(sha256, checkKey(secret));
  const derive = (label: string) => expand(sha256, prk, utf8(`starling:${label}`), KEY_BYTES);
  return { contentKey: derive("content"), catalogKey: derive("catalog"), commitment: derive("commitment") };
}

/** The form of a password that is stretched: however it was typed, NFKC in UTF-8. */
export function normalizePassword(password: string): Uint8Array {
  return utf8(password.normalize("NFKC"));
}

/** Salt for scrypt: HKDF-SHA-256(secret, label `starling:password-salt`), 32 bytes. */
export function passwordSalt(secret: Uint8Array): Uint8Array {
  return hkdf(sha256, checkKey(secret), undefined, utf8("starling:password-salt"), KEY_BYTES);
}

/**
 * The secret of a share with a password: HKDF-SHA-256(secret || stretched, label `starling:password`), 32 bytes.
 * @param stretched scrypt({@link normalizePassword}, {@link passwordSalt}) at {@link SCRYPT}, 32 bytes.
 */
export function secretWithPassword(secret: Uint8Array, stretched: Uint8Array): Uint8Array {
  const input = concat(checkKey(secret), checkKey(stretched));
  return hkdf(sha256, input, undefined, utf8("starling:password"), KEY_BYTES);
}

/**
 * Key of a content piece: HMAC-SHA-256(contentKey, SHA-256(plaintext)). It depends on the whole plaintext, so it
 * encrypts nothing else, and AES-256-GCM may use it with a zero nonce (12 bytes) and no further data.
 */
export function pieceKey(contentKey: Uint8Array, plaintextHash: Uint8Array): Uint8Array {
  return hmac(sha256, checkKey(contentKey), checkKey(plaintextHash));
}

/**
 * The manifest's salt: the first 16 bytes of HMAC-SHA-256(catalogKey, SHA-256(catalog)), so that another catalog gets
 * other keys. Synchronous: a tenth of a second for the largest.
 */
export function catalogSalt(catalogKey: Uint8Array, catalogBytes: Uint8Array): Uint8Array {
  return hmac(sha256, checkKey(catalogKey), sha256(catalogBytes)).slice(0, SALT_BYTES);
}

/** Key of the catalog's piece `index` (from 0): HMAC-SHA-256(catalogKey, salt || u32 index), used as {@link pieceKey}'s. */
export function catalogPieceKey(catalogKey: Uint8Array, salt: Uint8Array, index: number): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError(`the salt has ${salt.length} bytes, not ${SALT_BYTES}`);
  return hmac(sha256, checkKey(catalogKey), concat(salt, u32(index)));
}

/** A key of another length is a mistake of the caller, and must never encrypt anything. */
function checkKey(key: Uint8Array): Uint8Array {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${key.length} bytes, not ${KEY_BYTES}`);
  return key;
}
