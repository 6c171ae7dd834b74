import { type NodeId, OVERLAY, type OverlayAnswer, type OverlayKey } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { FastPath } from "./fast-path.ts";
import { FAST_WAIT, QUERY_WAIT } from "./limits.ts";
import type { Lookups } from "./lookups.ts";
import type { Records } from "./records/records.ts";
import type { Reached, RecordBody, Routes } from "./records/routes.ts";
import type { SourceRoutes } from "./source-routes.ts";
import { closest } from "./xor.ts";

/** The ways of the overlay as records use them. */
export class RecordRoutes implements Routes {
  readonly #ctx: Context;
  readonly #fast: FastPath;
  readonly #lookups: Lookups;
  readonly #routes: SourceRoutes;
  readonly #records: () => Records;

  constructor(ctx: Context, fast: FastPath, lookups: Lookups, routes: SourceRoutes, records: () => Records) {
    this.#ctx = ctx;
    this.#fast = fast;
    this.#lookups = lookups;
    this.#routes = routes;
    this.#records = records;
  }

  nearest(key: OverlayKey, count: number): readonly NodeId[] {
    const { table, full, self } = this.#ctx;
    const ids = table.nearest(key, count).map(({ id }) => id);
    return full ? closest(key, [...ids, self.id], count, (id) => id) : ids;
  }

  siblings(): readonly NodeId[] {
    return this.#ctx.table.siblings().map(({ id }) => id);
  }

  lookup(key: OverlayKey, count: number, done: (nodes: readonly Reached[]) => void): void {
    this.#lookups.start({ key, count, done: ({ nodes }) => done(nodes) });
  }

  ask(node: Reached, key: OverlayKey, body: RecordBody, done: (answer: RecordBody | null) => void): void {
    const { self } = this.#ctx;
    if (node.id === self.id) return this.#records().question(self.id, self.id, body, done);
    const path = { first: node.first, handles: node.path };
    this.#routes.ask(path, key, { kind: "record", body }, QUERY_WAIT, (answer) => {
      done(bodyOf(answer, node.id));
    });
  }

  askNearest(key: OverlayKey, body: RecordBody, done: (answer: RecordBody | null) => void, exact = false): void {
    this.#fast.request({
      target: key,
      exact,
      request: { kind: "record", body },
      waitMs: FAST_WAIT,
      done: (routed) => done(bodyOf(routed?.answer ?? null, null)),
    });
  }

  tell(sibling: NodeId, body: RecordBody): void {
    const link = this.#ctx.table.get(sibling);
    if (link === undefined) return;
    const source = this.#ctx.self.id;
    const id = this.#ctx.messageId();
    this.#ctx.send(link, { type: OVERLAY.sync, flags: 0, ttl: 1, id, target: sibling, source, body });
  }
}

/** @param from who must have answered; null: anyone. */
function bodyOf(answer: OverlayAnswer | null, from: NodeId | null): RecordBody | null {
  if (answer?.kind !== "record-answer") return null;
  return from === null || answer.from === from ? answer.body : null;
}
