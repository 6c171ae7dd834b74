import {
  fromHex,
  MAX_MUTABLE_BYTES,
  MAX_SALT_BYTES,
  type MutableRecord,
  mutableKey,
  type OverlayKey,
} from "@starling/protocol";
import type { DhtCommand, OperationId } from "../inputs.ts";
import type { Client } from "./client.ts";
import { READ_QUORUM, REPLICAS } from "./limits.ts";
import type { OwnRecords } from "./own-records.ts";
import { type Answer, read, repair, standings } from "./reading.ts";
import type { Reached } from "./routes.ts";
import type { SignedNumbers } from "./signed-numbers.ts";
import { tokensOf } from "./values.ts";
import { isProof, type Standing } from "./versions.ts";

type Put = Extract<DhtCommand, { type: "put-mutable" }>;

/** Values that only the owner of a key replaces, by compare-and-swap; each names the version that it replaces. */
export class Mutables {
  readonly #client: Client;
  readonly #own: OwnRecords;
  readonly #numbers: SignedNumbers;

  constructor(client: Client, own: OwnRecords, numbers: SignedNumbers) {
    this.#client = client;
    this.#own = own;
    this.#numbers = numbers;
  }

  put(command: Put): void {
    const { op, salt, value } = command;
    if (salt.length > MAX_SALT_BYTES || value.length > MAX_MUTABLE_BYTES) return this.#client.fail(op, "too-large");
    const key = mutableKey(this.#client.ctx.host.publicKey, salt);
    this.#client.exclusively(key, (release) => {
      this.#client.locate(op, key, (nodes) => this.#putAt(command, key, nodes, release), release);
    });
  }

  get(op: OperationId, publicKey: Uint8Array, salt: Uint8Array): void {
    if (salt.length > MAX_SALT_BYTES) return this.#client.fail(op, "too-large");
    const key = mutableKey(publicKey, salt);
    this.#client.locate(op, key, (nodes) => {
      read(this.#client, { key, type: "mutable", nodes, quorum: READ_QUORUM, allPages: true }, (answers) => {
        if (answers.length === 0) return this.#client.fail(op, "unreachable");
        repair(this.#client, key, answers);
        this.#report(op, standing(answers));
      });
    });
  }

  #report(op: OperationId, stands: Standing): void {
    const record = stands[0]?.record;
    if (record?.type !== "mutable") this.#client.fail(op, "not-found");
    else if (isProof(stands)) this.#client.fail(op, "equivocation", String(record.seq));
    else this.#client.succeed(op, { type: "value", value: record.value, seq: record.seq });
  }

  #putAt(command: Put, key: OverlayKey, nodes: readonly Reached[], release: () => void): void {
    const { op, salt, value, expected } = command;
    read(this.#client, { key, type: "mutable", nodes, quorum: REPLICAS, allPages: true }, (answers) => {
      const [newest] = standing(answers);
      const stands = newest?.rank ?? null;
      if (stands !== expected) {
        this.#client.fail(op, answers.length === 0 ? "unreachable" : "conflict", String(stands ?? 0));
        return release();
      }
      const seq = this.#numbers.next(key, stands ?? 0);
      const { publicKey } = this.#client.ctx.host;
      const previous = newest === undefined ? null : fromHex(newest.id);
      this.#client.sign({ type: "mutable" as const, publicKey, salt, seq, previous, value }, (record) =>
        this.#store(command, key, record, nodes, answers, release),
      );
    });
  }

  #store(
    { op, expected }: Put,
    key: OverlayKey,
    record: MutableRecord,
    nodes: readonly Reached[],
    answers: readonly Answer[],
    release: () => void,
  ): void {
    this.#client.write({ record, nodes, tokens: tokensOf(answers), expected }, (written) => {
      this.#client.conclude(op, record, written);
      if (written.holders > 0) this.#own.keep(`mutable ${key}`, record, written.enough);
      release();
    });
  }
}

function standing(answers: readonly Answer[]): Standing {
  return standings(answers).get("mutable") ?? [];
}
