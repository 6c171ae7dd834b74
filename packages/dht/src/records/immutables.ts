import {
  type ImmutableRecord,
  immutableKey,
  MAX_IMMUTABLE_BYTES,
  type OverlayKey,
  type OverlayRecord,
  toHex,
} from "@starling/protocol";
import type { OperationId } from "../inputs.ts";
import type { Client } from "./client.ts";
import { CHECKED_READS, READ_QUORUM, REPLICAS } from "./limits.ts";
import type { OwnRecords } from "./own-records.ts";
import { type Answer, read, repair } from "./reading.ts";

/** Values under their own hash. One good answer is enough, as nobody can forge it. */
export class Immutables {
  readonly #client: Client;
  readonly #own: OwnRecords;

  constructor(client: Client, own: OwnRecords) {
    this.#client = client;
    this.#own = own;
  }

  put(op: OperationId, value: Uint8Array): void {
    if (value.length > MAX_IMMUTABLE_BYTES) return this.#client.fail(op, "too-large");
    const record: ImmutableRecord = { type: "immutable", value };
    this.#client.store(record, (written) => {
      this.#client.conclude(op, record, written);
      if (written.holders > 0) this.#own.keep(`immutable ${immutableKey(value)}`, record, written.enough);
    });
  }

  get(op: OperationId, keyBytes: Uint8Array): void {
    const key = toHex(keyBytes) as OverlayKey;
    const held = this.#client.ctx.store.under(key, "immutable", this.#client.ctx.now)[0]?.[0]?.record;
    if (held?.type === "immutable") return this.#found(op, held.value);
    this.#client.asker.askNearest(key, { type: "get", key, record: "immutable", cursor: null }, (answer) => {
      const value = answer?.type === "records" ? matching(answer.records, key) : null;
      if (value === null) return this.#search(op, key);
      this.#found(op, value);
      if (this.#client.ctx.below(CHECKED_READS) === 0) this.#readAll(key, () => {});
    });
  }

  #search(op: OperationId, key: OverlayKey): void {
    this.#readAll(key, (answers) => {
      const record = answers.find((answer) => answer.versions.length > 0)?.versions[0]?.record;
      if (record?.type === "immutable") this.#found(op, record.value);
      else this.#client.fail(op, answers.length === 0 ? "unreachable" : "not-found");
    });
  }

  /** A strong read, which also repairs. */
  #readAll(key: OverlayKey, done: (answers: readonly Answer[]) => void): void {
    this.#client.ctx.routes.lookup(key, REPLICAS, (nodes) => {
      read(this.#client, { key, type: "immutable", nodes, quorum: READ_QUORUM, allPages: false }, (answers) => {
        repair(this.#client, key, answers);
        done(answers);
      });
    });
  }

  #found(op: OperationId, value: Uint8Array): void {
    this.#client.succeed(op, { type: "value", value, seq: 0 });
  }
}

function matching(records: readonly OverlayRecord[], key: OverlayKey): Uint8Array | null {
  for (const record of records) {
    if (record.type === "immutable" && immutableKey(record.value) === key) return record.value;
  }
  return null;
}
