import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, fromHex, type NodeId, type OverlayKey, type RandomBytes } from "@starling/protocol";
import { SECRET_LIFE } from "./limits.ts";

const SECRET_BYTES = 32;
const TOKEN_BYTES = 16;

/**
 * Tokens that a writer must fetch before it may store, so that nobody has records stored in one blow or under a name at
 * which it receives nothing: `HMAC(secret, writer || key)`, cut to 16 bytes (the token of BEP 5, with the key bound in).
 * A token is honoured for 5 to 10 minutes: while the secret that made it is the present or the previous one.
 */
export class WriteTokens {
  readonly #random: RandomBytes;
  #secret: Uint8Array;
  #previous: Uint8Array | null = null;
  #since = 0;

  constructor(random: RandomBytes) {
    this.#random = random;
    this.#secret = random(SECRET_BYTES);
  }

  make(writer: NodeId, key: OverlayKey, now: number): Uint8Array {
    this.#turn(now);
    return tokenOf(this.#secret, writer, key);
  }

  check(token: Uint8Array, writer: NodeId, key: OverlayKey, now: number): boolean {
    this.#turn(now);
    if (equalBytes(token, tokenOf(this.#secret, writer, key))) return true;
    return this.#previous !== null && equalBytes(token, tokenOf(this.#previous, writer, key));
  }

  #turn(now: number): void {
    const age = now - this.#since;
    if (age < SECRET_LIFE) return;
    this.#previous = age < 2 * SECRET_LIFE ? this.#secret : null;
    this.#secret = this.#random(SECRET_BYTES);
    this.#since = now;
  }
}

function tokenOf(secret: Uint8Array, writer: NodeId, key: OverlayKey): Uint8Array {
  return hmac(sha256, secret, concat(fromHex(writer), fromHex(key))).slice(0, TOKEN_BYTES);
}
