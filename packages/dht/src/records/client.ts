import {
  fromHex,
  type OverlayKey,
  type OverlayRecord,
  type ProviderRecord,
  recordKey,
  recordSignedPayload,
  type SignedRecord,
  type TopicRecord,
  type Unsigned,
} from "@starling/protocol";
import type { DhtFailure, DhtResult } from "../effects.ts";
import type { OperationId } from "../inputs.ts";
import type { Asker } from "./asker.ts";
import type { RecordsContext } from "./context.ts";
import { MAX_OPERATIONS, REPLICAS } from "./limits.ts";
import type { Reached } from "./routes.ts";
import type { Verifier } from "./verifier.ts";
import { type WritingOptions, type Written, write } from "./writing.ts";

/** What the user's operations share: asking, verifying, signing, storing, and telling how an operation ended. */
export class Client {
  readonly ctx: RecordsContext;
  readonly asker: Asker;
  readonly verifier: Verifier;
  readonly #running = new Set<OperationId>();
  /** Writers that wait for another write under the same key. */
  readonly #queues = new Map<OverlayKey, (() => void)[]>();

  constructor(ctx: RecordsContext, asker: Asker, verifier: Verifier) {
    this.ctx = ctx;
    this.asker = asker;
    this.verifier = verifier;
  }

  /** False, with the operation ended, when too many are under way. */
  begin(op: OperationId): boolean {
    this.#running.add(op);
    if (this.#running.size <= MAX_OPERATIONS) return true;
    this.fail(op, "limited");
    return false;
  }

  succeed(op: OperationId, result: DhtResult): void {
    this.#running.delete(op);
    this.ctx.host.emit({ type: "result", op, ok: true, result });
  }

  fail(op: OperationId, failure: DhtFailure, detail = ""): void {
    this.#running.delete(op);
    this.ctx.host.emit({ type: "result", op, ok: false, failure, detail });
  }

  /** Writes under one key follow one another, so that no two of them choose the same sequence number. */
  exclusively(key: OverlayKey, run: (release: () => void) => void): void {
    const release = (): void => {
      const next = this.#queues.get(key)?.shift();
      if (next === undefined) this.#queues.delete(key);
      else next();
    };
    const start = (): void => run(release);
    const queue = this.#queues.get(key);
    if (queue !== undefined) {
      queue.push(start);
      return;
    }
    this.#queues.set(key, []);
    start();
  }

  /** The full nodes nearest the key; the operation ends as `unreachable` when there are none. */
  locate(op: OperationId, key: OverlayKey, found: (nodes: readonly Reached[]) => void, failed?: () => void): void {
    this.ctx.routes.lookup(key, REPLICAS, (nodes) => {
      if (nodes.length > 0) return found(nodes);
      this.fail(op, "unreachable");
      failed?.();
    });
  }

  /** Signs with this node's key. */
  sign<Fields extends Unsigned<SignedRecord>>(
    record: Fields,
    done: (signed: Fields & { readonly signature: Uint8Array }) => void,
  ): void {
    this.ctx.host.sign(recordSignedPayload(record), (signature) => done({ ...record, signature }));
  }

  write(options: WritingOptions, done: (written: Written) => void): void {
    write(this.ctx, this.asker, options, done);
  }

  /** Finds the holders and stores, whatever stands there. */
  store(record: OverlayRecord, done: (written: Written) => void): void {
    this.ctx.routes.lookup(recordKey(record), REPLICAS, (nodes) =>
      this.write({ record, nodes, tokens: new Map(), expected: undefined }, done),
    );
  }

  /** Ends an operation by how its put went. */
  conclude(op: OperationId, record: OverlayRecord, written: Written): boolean {
    const failure = failureOf(written);
    if (failure !== null) {
      this.fail(op, failure.failure, failure.detail);
      return false;
    }
    const seq = "seq" in record ? record.seq : 0;
    this.succeed(op, { type: "stored", holders: written.holders, seq, key: keyBytes(record) });
    return true;
  }
}

/** Signs what a provider or a subscriber says of itself. */
export function signPresence(
  client: Client,
  record: Unsigned<ProviderRecord> | Unsigned<TopicRecord>,
  done: (signed: ProviderRecord | TopicRecord) => void,
): void {
  if (record.type === "provider") client.sign(record, done);
  else client.sign(record, done);
}

/** Null: it is stored. */
export function failureOf({ holders, enough, answered, refusals }: Written): {
  readonly failure: DhtFailure;
  readonly detail: string;
} | null {
  if (refusals.has("equivocation")) return { failure: "equivocation", detail: "" };
  if (enough) return null;
  const newer = refusals.get("conflict") ?? refusals.get("stale");
  if (newer !== undefined) return { failure: "conflict", detail: String(newer ?? 0) };
  if (refusals.has("limited")) return { failure: "limited", detail: String(holders) };
  return answered === 0 ? { failure: "unreachable", detail: "" } : { failure: "not-stored", detail: String(holders) };
}

function keyBytes(record: OverlayRecord): Uint8Array {
  return fromHex(recordKey(record));
}
