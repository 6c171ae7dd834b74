import { decode, encode, type Token, Tokenizer, Type } from "cborg";
import { equalBytes, utf8 } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import { MAX_CBOR_DEPTH } from "./limits.ts";

/** What strict CBOR (RFC 8949) holds here: integers within the safe range, no floats, tags or undefined. */
export type CborValue = number | string | boolean | null | Uint8Array | CborArray | CborMap;
export type CborArray = readonly CborValue[];
/** Text keys only. A Map, so that keys such as `__proto__` are plain unknown keys. */
export type CborMap = ReadonlyMap<string, CborValue>;

/** What can be encoded. Properties that are undefined are left out. */
export type CborEncodable =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborEncodable[]
  | { readonly [key: string]: CborEncodable | undefined };

/**
 * Keys come in cborg's own order, shorter ones first (RFC 7049, section 3.9). For keys that are text it is that of RFC 8949,
 * since the length comes first in their encoding; and cborg's option for the latter encodes keys to compare them, which
 * took twice the time of a request.
 */
const ENCODE_OPTIONS = {
  ignoreUndefinedProperties: true,
  typeEncoders: { number: refuseUnsafe },
};

const DECODE_OPTIONS = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};

/** Deterministic CBOR (RFC 8949, section 4.2.1). @throws RangeError on a number that is not a safe integer. */
export function encodeCbor(value: CborEncodable): Uint8Array<ArrayBuffer> {
  return plainBytes(encode(value, ENCODE_OPTIONS));
}

/**
 * Decodes exactly one value that fills `bytes`. Refused: integers and lengths not in their shortest form, floats, tags,
 * undefined, indefinite lengths, keys that are not text or occur twice, text that is not UTF-8, nesting deeper than
 * {@link MAX_CBOR_DEPTH}. Byte strings are copies. Time and memory are linear in the input.
 * @param maxItems values and keys, nested ones included: an empty map has one byte, but takes 200 of memory.
 * @throws DecodeError
 */
export function decodeCbor(bytes: Uint8Array, maxItems: number = bytes.length): CborValue {
  const plain = plainBytes(bytes);
  try {
    return decode(plain, { ...DECODE_OPTIONS, tokenizer: new StrictTokenizer(plain, maxItems) });
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError("bad-cbor", error instanceof Error ? error.message : "bad-cbor");
  }
}

/** As {@link decodeCbor}; the value must be a map. */
export function decodeCborMap(bytes: Uint8Array, maxItems?: number): CborMap {
  return asMap(decodeCbor(bytes, maxItems), "value");
}

/** A non-negative integer up to `max`. */
export function asUint(value: CborValue | undefined, what: string, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || value < 0 || value > max) throw bad(what);
  return value;
}

/** A byte string of `min` to `max` bytes; exactly `min` if `max` is left out. */
export function asBytes(value: CborValue | undefined, what: string, min: number, max: number = min): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < min || value.length > max) throw bad(what);
  return value;
}

/** Text of at most `maxBytes` in UTF-8. */
export function asText(value: CborValue | undefined, what: string, maxBytes: number): string {
  if (typeof value !== "string" || value.length > maxBytes) throw bad(what);
  // A UTF-16 unit takes at most three bytes, so short text need not be encoded to be measured.
  if (value.length * 3 > maxBytes && utf8(value).length > maxBytes) throw bad(what);
  return value;
}

export function asBoolean(value: CborValue | undefined, what: string): boolean {
  if (typeof value !== "boolean") throw bad(what);
  return value;
}

/** An array of at most `max` entries. */
export function asArray(value: CborValue | undefined, what: string, max: number): CborArray {
  if (!isArray(value) || value.length > max) throw bad(what);
  return value;
}

export function asMap(value: CborValue | undefined, what: string): CborMap {
  if (!(value instanceof Map)) throw bad(what);
  return value;
}

/** The same memory, without what Node's Buffer changes: its `slice` is a view, and cborg returns one now and then. */
function plainBytes<Memory extends ArrayBufferLike>(bytes: Uint8Array<Memory>): Uint8Array<Memory> {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function isArray(value: CborValue | undefined): value is CborArray {
  return Array.isArray(value);
}

function bad(what: string): DecodeError {
  return new DecodeError("bad-field", `${what} is missing or malformed`);
}

/** Null leaves the number to cborg. */
function refuseUnsafe(value: unknown): null {
  if (!Number.isSafeInteger(value)) throw new RangeError("only safe integers can be encoded");
  return null;
}

interface Container {
  readonly isMap: boolean;
  /** Items (keys and values count each) still to come. */
  left: number;
}

/** Adds to cborg's checks what it has no option for: depth, floats, text keys, valid UTF-8, lengths beyond the input. */
class StrictTokenizer extends Tokenizer {
  readonly #open: Container[] = [];
  #itemsLeft: number;

  constructor(bytes: Uint8Array, maxItems: number) {
    super(bytes, DECODE_OPTIONS);
    this.#itemsLeft = maxItems;
  }

  override next(): Token {
    const parent = this.#open.at(-1);
    const atKey = parent?.isMap === true && parent.left % 2 === 0;
    if (this.#itemsLeft-- <= 0) throw new DecodeError("bad-cbor", "too many items");
    const token = super.next();
    const isText = Type.equals(token.type, Type.string);
    if (atKey && !isText) throw new DecodeError("bad-cbor", "a map key is not text");
    if (Type.equals(token.type, Type.float)) throw new DecodeError("bad-cbor", "floats are not supported");
    if (isText) token.value = exactText(token);
    if (token.type.terminal || token.value === 0) this.#close();
    else this.#enter(token);
    return token;
  }

  #enter(token: Token): void {
    const isMap = Type.equals(token.type, Type.map);
    const left = isMap ? token.value * 2 : token.value;
    if (left > this.data.length - this.pos()) throw new DecodeError("bad-cbor", "a length exceeds the input");
    if (this.#open.length >= MAX_CBOR_DEPTH) throw new DecodeError("bad-cbor", "nested too deeply");
    this.#open.push({ isMap, left });
  }

  /** An item ended, and with it each container of which it was the last. */
  #close(): void {
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      top.left--;
      if (top.left > 0) return;
      this.#open.pop();
    }
  }
}

/** cborg's decoder replaces invalid UTF-8 and drops a leading byte order mark; the first is refused, the second undone. */
function exactText(token: Token): string {
  const bytes = token.byteValue;
  if (bytes === undefined) return token.value;
  // Common case, without encoding again: as many characters as bytes and none replaced, so all of it is ASCII.
  if (token.value.length === bytes.length && !token.value.includes("\uFFFD")) return token.value;
  for (const text of [token.value, `\uFEFF${token.value}`]) if (equalBytes(utf8(text), bytes)) return text;
  throw new DecodeError("bad-cbor", "text is not UTF-8");
}
