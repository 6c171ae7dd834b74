/**
 * Bytes or text from outside (a peer, the server, a link, the store) that break the format. The only error that a
 * decoder of this package throws.
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** Names the breach for logs and tests, for example `"bad-length"`. Never holds received text. */
  readonly code: string;

  constructor(code: string, message: string = code) {
    super(message);
    this.code = code;
  }
}

/** What the decoder returns; null where it refuses the bytes or the text with a {@link DecodeError}. */
export function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
