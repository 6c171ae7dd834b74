import { type NodeId, providerKey, type RecordAnswer, type Root } from "@starling/protocol";
import type { OperationId } from "../inputs.ts";
import type { Client } from "./client.ts";
import { ENOUGH_PROVIDERS, READ_QUORUM, REPLICAS } from "./limits.ts";
import type { OwnRecords } from "./own-records.ts";
import { announce } from "./presence.ts";
import { read } from "./reading.ts";
import { isRemoved, type Version, versionOf } from "./versions.ts";

/** Who has a share. */
export class Providers {
  readonly #client: Client;
  readonly #own: OwnRecords;

  constructor(client: Client, own: OwnRecords) {
    this.#client = client;
    this.#own = own;
  }

  /** The wish stands, and is tried again, even if the first try finds no holders. */
  provide(op: OperationId, root: Root): void {
    this.#publish(op, root, false);
  }

  unprovide(op: OperationId, root: Root): void {
    this.#publish(op, root, true);
  }

  /**
   * Reports providers as their records prove themselves, those of the fast path first. Ends when so many holders
   * answered that every acknowledged record was met, or when enough providers are known.
   */
  find(op: OperationId, root: Root): void {
    const key = providerKey(root);
    const search = new Search(this.#client, op, root);
    this.#client.asker.askNearest(key, { type: "get", key, record: "provider", cursor: null }, (answer) =>
      search.heard(answer),
    );
    this.#client.ctx.routes.lookup(key, REPLICAS, (nodes) => {
      const options = {
        key,
        type: "provider" as const,
        nodes,
        quorum: READ_QUORUM,
        allPages: false,
        onVersion: (version: Version) => search.proved(version),
        isEnough: () => search.peers.size >= ENOUGH_PROVIDERS,
      };
      read(this.#client, options, (answers) => search.end(answers.length > 0));
    });
  }

  #publish(op: OperationId, root: Root, removed: boolean): void {
    const key = providerKey(root);
    announce(this.#client, this.#own, { type: "provider", key, removed }, (record, written) =>
      this.#client.conclude(op, record, written),
    );
  }
}

/** One search for providers. */
class Search {
  readonly #client: Client;
  readonly #op: OperationId;
  readonly #root: Root;
  readonly peers = new Set<NodeId>();
  #ended = false;

  constructor(client: Client, op: OperationId, root: Root) {
    this.#client = client;
    this.#op = op;
    this.#root = root;
  }

  /** The fast path's answer: any node's, so each record has to belong here and to prove itself. */
  heard(answer: RecordAnswer | null): void {
    if (answer?.type !== "records") return;
    const { ctx, verifier } = this.#client;
    const key = providerKey(this.#root);
    for (const record of answer.records) {
      if (record.type !== "provider" || record.key !== key || ctx.lifeOf(record) === null) continue;
      const version = versionOf(record);
      verifier.record(version, (ok) => {
        if (ok) this.proved(version);
      });
    }
  }

  proved({ publisher, record }: Version): void {
    if (this.#ended || publisher === null || publisher === this.#client.ctx.self || isRemoved(record)) return;
    if (this.peers.has(publisher)) return;
    this.peers.add(publisher);
    this.#client.ctx.host.emit({ type: "providers", op: this.#op, root: this.#root, peers: [publisher] });
  }

  end(answered: boolean): void {
    this.#ended = true;
    if (this.peers.size > 0) this.#client.succeed(this.#op, { type: "providers", peers: [...this.peers] });
    else this.#client.fail(this.#op, answered ? "not-found" : "unreachable");
  }
}
