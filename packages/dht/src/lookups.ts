import type { NodeId, OverlayKey } from "@starling/protocol";
import type { Context } from "./context.ts";
import { MAX_LOOKUPS } from "./limits.ts";
import { Lookup, type LookupResult } from "./lookup.ts";
import type { SourceRoutes } from "./source-routes.ts";

const NOTHING: LookupResult = { nodes: [], hops: 0, queries: 0, answers: 0 };

/** Look-ups under way, by the sure path. */
export class Lookups {
  readonly #ctx: Context;
  readonly #routes: SourceRoutes;
  readonly #running = new Set<Lookup>();

  constructor(ctx: Context, routes: SourceRoutes) {
    this.#ctx = ctx;
    this.#routes = routes;
  }

  get running(): ReadonlySet<Lookup> {
    return this.#running;
  }

  /**
   * Finds the `count` full nodes nearest the key, this one included if it belongs there. `done` comes once.
   * @param through begins at this neighbour alone, to see what it sees (joining, healing).
   */
  start(key: OverlayKey, count: number, done: (result: LookupResult) => void, through: NodeId | null = null): void {
    if (this.#running.size >= MAX_LOOKUPS) return done(NOTHING);
    const lookup = new Lookup(this.#ctx, this.#routes, key, count, (result) => {
      this.#running.delete(lookup);
      done({ ...result, nodes: result.nodes.slice(0, count) });
    });
    this.#running.add(lookup);
    lookup.begin(through);
  }

  tick(): void {
    for (const lookup of [...this.#running]) {
      lookup.advance();
      if (this.#running.has(lookup)) this.#ctx.wake(this.#ctx.now + RECHECK);
    }
  }
}

/** A query becomes slow within this time of the tick that looked last. */
const RECHECK = 250;
