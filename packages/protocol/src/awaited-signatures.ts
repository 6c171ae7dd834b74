/** What is to be done with the result of a `sign` or `verify` effect. */
type Awaited =
  | { readonly kind: "sign"; readonly done: (signature: Uint8Array) => void }
  | { readonly kind: "verify"; readonly done: (ok: boolean) => void };

/**
 * What a machine asked its host to sign and to verify, by the token that names the effect and its result. A result whose
 * token is unknown or of the other kind means nothing.
 */
export class AwaitedSignatures {
  readonly #awaited = new Map<number, Awaited>();
  #tokens = 0;

  get size(): number {
    return this.#awaited.size;
  }

  /** A token for a `sign` effect. */
  toSign(done: (signature: Uint8Array) => void): number {
    return this.#token({ kind: "sign", done });
  }

  /** A token for a `verify` effect. */
  toVerify(done: (ok: boolean) => void): number {
    return this.#token({ kind: "verify", done });
  }

  /** Nobody waits for this result any more. */
  forget(token: number): void {
    this.#awaited.delete(token);
  }

  signed(token: number, signature: Uint8Array): void {
    const awaited = this.#awaited.get(token);
    if (awaited?.kind !== "sign") return;
    this.#awaited.delete(token);
    awaited.done(signature);
  }

  verified(token: number, ok: boolean): void {
    const awaited = this.#awaited.get(token);
    if (awaited?.kind !== "verify") return;
    this.#awaited.delete(token);
    awaited.done(ok);
  }

  #token(awaited: Awaited): number {
    const token = ++this.#tokens;
    this.#awaited.set(token, awaited);
    return token;
  }
}
