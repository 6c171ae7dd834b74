import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { DecodeError } from "./errors.ts";

const NOT_LOWER_HEX = /[^0-9a-f]/;
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SEXTETS: ReadonlyMap<string, number> = new Map([...BASE64URL].map((char, value) => [char, value]));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** Bytes of lower-case hex. @throws DecodeError on upper case, odd length or any other character. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  if (hex.length % 2 !== 0 || NOT_LOWER_HEX.test(hex)) throw new DecodeError("bad-hex");
  return hexToBytes(hex);
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held & 0x3f) << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += BASE64URL.charAt((held >> bits) & 0x3f);
    }
  }
  return bits === 0 ? text : text + BASE64URL.charAt((held << (6 - bits)) & 0x3f);
}

/**
 * Bytes of base64url without padding, of which each byte string has exactly one form.
 * @throws DecodeError on padding, other characters, an impossible length, or spare bits that are not zero.
 */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new DecodeError("bad-base64url");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const char of text) {
    const sextet = SEXTETS.get(char);
    if (sextet === undefined) throw new DecodeError("bad-base64url");
    held = ((held & 0xff) << 6) | sextet;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new DecodeError("bad-base64url");
  return bytes;
}

/** The parts one after another, in new memory. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...parts);
}

/** Whether both hold the same bytes. The time depends on the lengths alone, so it also serves for proofs. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** UTF-8 of the text; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return utf8ToBytes(text);
}

/** Big-endian u32. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Big-endian u64 of a non-negative safe integer. */
export function u64(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return bytes;
}
