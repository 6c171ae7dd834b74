import type { Context } from "./context.ts";
import { MAX_LOOKUPS } from "./limits.ts";
import { Lookup, type LookupResult, type LookupWish } from "./lookup.ts";
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

  /** Finds the full nodes nearest the key. */
  start(wish: LookupWish): void {
    const { count, through = null, done } = wish;
    if (this.#running.size >= MAX_LOOKUPS) return done(NOTHING);
    const lookup = new Lookup(this.#ctx, this.#routes, {
      ...wish,
      done: (result) => {
        this.#running.delete(lookup);
        done({ ...result, nodes: result.nodes.slice(0, count) });
      },
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
