import type { NodeId, OverlayAnswer } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { FastPath } from "./fast-path.ts";
import { CARRY_TIMEOUT, MAX_CARRIES, MAX_QUERIES, QUERY_WAIT, SECOND_WAY, THIRD_WAY } from "./limits.ts";
import type { LookupResult } from "./lookup.ts";
import type { Lookups } from "./lookups.ts";
import type { SourceRoutes } from "./source-routes.ts";

/** A connection message of ours on its way. */
interface Carry {
  readonly to: NodeId;
  readonly body: Uint8Array;
  readonly startedAt: number;
  /** Neighbours by which it went already. */
  readonly begun: Set<NodeId>;
  /** Ways begun, and of them those that have not failed. */
  ways: number;
  open: number;
}

/**
 * Carries connection messages to exactly one node: by the fast path; 2 s later, or once that failed, by another that
 * begins at another neighbour; then along the path that a look-up finds. The receiver tells repeats by the message's
 * own session and signature.
 */
export class Carrying {
  readonly #ctx: Context;
  readonly #fast: FastPath;
  readonly #lookups: Lookups;
  readonly #routes: SourceRoutes;
  readonly #carries = new Set<Carry>();

  constructor(ctx: Context, fast: FastPath, lookups: Lookups, routes: SourceRoutes) {
    this.#ctx = ctx;
    this.#fast = fast;
    this.#lookups = lookups;
    this.#routes = routes;
  }

  carry(to: NodeId, body: Uint8Array): void {
    const { now, table } = this.#ctx;
    if (table.size === 0 || this.#carries.size >= MAX_CARRIES) return this.#ctx.emit({ type: "uncarried", to });
    const carry: Carry = { to, body, startedAt: now, begun: new Set(), ways: 0, open: 0 };
    this.#carries.add(carry);
    this.#nextWay(carry);
  }

  tick(): void {
    const { now } = this.#ctx;
    for (const carry of this.#carries) {
      const age = now - carry.startedAt;
      if (age >= CARRY_TIMEOUT) this.#finish(carry, false);
      else if (carry.ways < waysDue(age)) this.#nextWay(carry);
    }
    for (const carry of this.#carries) this.#wakeFor(carry);
  }

  #nextWay(carry: Carry): void {
    carry.ways++;
    carry.open++;
    this.#wakeFor(carry);
    if (carry.ways <= 2) this.#byFastPath(carry);
    else this.#byLookup(carry);
  }

  #byFastPath(carry: Carry): void {
    this.#fast.request({
      target: carry.to,
      exact: true,
      request: { kind: "carry", body: carry.body },
      waitMs: CARRY_TIMEOUT,
      via: carry.ways === 1 ? (this.#ctx.contacts.get(carry.to)?.via ?? null) : null,
      avoid: carry.begun,
      onBegun: (first) => carry.begun.add(first),
      done: (routed) => this.#answered(carry, routed?.answer ?? null),
    });
  }

  #byLookup(carry: Carry): void {
    const done = ({ nodes: [found] }: LookupResult) => {
      if (found?.id !== carry.to) return this.#answered(carry, null);
      const path = { first: found.first, handles: found.path };
      this.#routes.ask(path, carry.to, { kind: "carry", body: carry.body }, QUERY_WAIT, (answer) =>
        this.#answered(carry, answer),
      );
    };
    const isDenied = carry.open === 1;
    this.#lookups.start({ key: carry.to, count: 1, queries: isDenied ? DENIED_QUERIES : MAX_QUERIES, done });
  }

  #answered(carry: Carry, answer: OverlayAnswer | null): void {
    if (!this.#carries.has(carry)) return;
    carry.open--;
    if (answer?.kind === "carried") this.#finish(carry, true);
    else if (carry.open === 0 && carry.ways >= WAYS) this.#finish(carry, false);
    else if (carry.open === 0) this.#nextWay(carry);
  }

  #finish(carry: Carry, carried: boolean): void {
    this.#carries.delete(carry);
    if (!carried) this.#ctx.emit({ type: "uncarried", to: carry.to });
  }

  #wakeFor({ startedAt, ways }: Carry): void {
    this.#ctx.wake(startedAt + (WAY_TIMES[ways] ?? CARRY_TIMEOUT));
  }
}

/** When each way is tried at the latest. */
const WAY_TIMES = [0, SECOND_WAY, THIRD_WAY];
const WAYS = WAY_TIMES.length;
/**
 * Nodes that are asked for one that two ways, each by another neighbour, did not find: it has most likely left. Where a
 * way kept silent somebody may have swallowed the message, which is worth a whole look-up.
 */
const DENIED_QUERIES = 12;

function waysDue(age: number): number {
  return WAY_TIMES.filter((time) => time <= age).length;
}
