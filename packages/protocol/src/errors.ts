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
