import { messagePayload, type OverlayRecord, recordSignedPayload, type SignedMessage, toHex } from "@starling/protocol";
import type { RecordsContext } from "./context.ts";
import { Recent } from "./recent.ts";
import type { Version } from "./versions.ts";

const REMEMBERED_FOR = 10 * 60_000;
const MAX_REMEMBERED = 2048;

/** Checks signatures, each only once: a read hears the same record from several holders, and a holder again and again. */
export class Verifier {
  readonly #ctx: RecordsContext;
  readonly #known = new Recent<boolean>(REMEMBERED_FOR, MAX_REMEMBERED);
  readonly #waiting = new Map<string, ((ok: boolean) => void)[]>();

  constructor(ctx: RecordsContext) {
    this.#ctx = ctx;
  }

  /** An immutable value needs no check: its key is its hash. */
  record(version: Version, done: (ok: boolean) => void): void {
    const { record } = version;
    if (record.type === "immutable") done(true);
    else this.#once(`${version.mark}${toHex(record.signature)}`, record, done);
  }

  message(message: SignedMessage, done: (ok: boolean) => void): void {
    this.#ctx.host.verify(message.publicKey, messagePayload(message), message.signature, done);
  }

  #once(name: string, record: Exclude<OverlayRecord, { type: "immutable" }>, done: (ok: boolean) => void): void {
    const known = this.#known.get(name, this.#ctx.now);
    if (known !== undefined) return done(known);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      waiting.push(done);
      return;
    }
    this.#waiting.set(name, [done]);
    this.#ctx.host.verify(record.publicKey, recordSignedPayload(record), record.signature, (ok) =>
      this.#settle(name, ok),
    );
  }

  #settle(name: string, ok: boolean): void {
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    this.#known.set(name, ok, this.#ctx.now);
    for (const done of waiting) done(ok);
  }
}
