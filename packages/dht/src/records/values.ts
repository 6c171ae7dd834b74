import { MAX_NAME_BYTES, MAX_VALUE_BYTES, type OverlayKey, utf8, type ValueRecord, valueKey } from "@starling/protocol";
import type { FoundValue } from "../effects.ts";
import type { OperationId } from "../inputs.ts";
import type { Client } from "./client.ts";
import { READ_QUORUM, REPLICAS } from "./limits.ts";
import type { OwnRecords } from "./own-records.ts";
import { type Answer, read, repair, standings } from "./reading.ts";
import type { Reached } from "./routes.ts";
import type { SignedNumbers } from "./signed-numbers.ts";
import type { Standing } from "./versions.ts";

/** `put`, `get` and `remove`: values under a name, one of each publisher. */
export class Values {
  readonly #client: Client;
  readonly #own: OwnRecords;
  readonly #numbers: SignedNumbers;

  constructor(client: Client, own: OwnRecords, numbers: SignedNumbers) {
    this.#client = client;
    this.#own = own;
    this.#numbers = numbers;
  }

  /** @param value null removes. */
  put(op: OperationId, name: string, value: Uint8Array | null): void {
    const tooLarge = utf8(name).length > MAX_NAME_BYTES || (value?.length ?? 0) > MAX_VALUE_BYTES;
    if (tooLarge) return this.#client.fail(op, "too-large");
    const key = valueKey(name);
    this.#client.exclusively(key, (release) => {
      this.#client.locate(op, key, (nodes) => this.#putAt(op, key, value, nodes, release), release);
    });
  }

  get(op: OperationId, name: string): void {
    if (utf8(name).length > MAX_NAME_BYTES) return this.#client.fail(op, "too-large");
    const key = valueKey(name);
    this.#client.locate(op, key, (nodes) => {
      read(this.#client, { key, type: "value", nodes, quorum: READ_QUORUM, allPages: true }, (answers) => {
        if (answers.length === 0) return this.#client.fail(op, "unreachable");
        repair(this.#client, key, answers);
        const values = found(standings(answers).values());
        if (values.length === 0) this.#client.fail(op, "not-found");
        else this.#client.succeed(op, { type: "values", values });
      });
    });
  }

  #putAt(
    op: OperationId,
    key: OverlayKey,
    value: Uint8Array | null,
    nodes: readonly Reached[],
    release: () => void,
  ): void {
    read(this.#client, { key, type: "value", nodes, quorum: REPLICAS, allPages: true }, (answers) => {
      const standing = standings(answers).get(`value ${this.#client.ctx.self}`) ?? [];
      const before = standing[0]?.record;
      const own = this.#own.get(nameOf(key));
      const stands = [before, own].some((record) => record?.type === "value" && record.value !== null);
      if (value === null && !stands) {
        this.#client.fail(op, answers.length === 0 ? "unreachable" : "not-found");
        return release();
      }
      const seq = this.#numbers.next(key, standing[0]?.rank ?? 0);
      const { publicKey } = this.#client.ctx.host;
      this.#client.sign({ type: "value" as const, key, publicKey, seq, value }, (record) =>
        this.#store(op, record, nodes, answers, release),
      );
    });
  }

  #store(
    op: OperationId,
    record: ValueRecord,
    nodes: readonly Reached[],
    answers: readonly Answer[],
    release: () => void,
  ): void {
    this.#client.write({ record, nodes, tokens: tokensOf(answers), expected: undefined }, (written) => {
      this.#client.conclude(op, record, written);
      // What some hold may yet win: it is kept alive like any other, until the next put.
      if (written.holders > 0) this.#own.keep(nameOf(record.key), record, written.enough);
      release();
    });
  }
}

/** `value` of {@link OwnRecords} names. */
function nameOf(key: OverlayKey): string {
  return `value ${key}`;
}

/** Tokens that came with the answers. */
export function tokensOf(answers: readonly Answer[]): Map<Reached["id"], Uint8Array> {
  const tokens = new Map<Reached["id"], Uint8Array>();
  for (const { node, token } of answers) if (token !== null) tokens.set(node.id, token);
  return tokens;
}

function found(slots: Iterable<Standing>): FoundValue[] {
  const values: FoundValue[] = [];
  for (const [version] of slots) {
    const record = version?.record;
    if (record?.type !== "value" || record.value === null || version?.publisher == null) continue;
    values.push({ publisher: version.publisher, seq: record.seq, value: record.value });
  }
  return values.sort((a, b) => b.seq - a.seq);
}
