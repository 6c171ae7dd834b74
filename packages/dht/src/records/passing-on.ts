import type { NodeId } from "@starling/protocol";
import type { RecordsContext } from "./context.ts";
import { REPLICAS } from "./limits.ts";
import type { Held } from "./record-store.ts";
import type { ReplicaSets } from "./replica-sets.ts";

/** Offers once what this node is no replica of any more to those that are: nobody else may have it yet. */
export class PassingOn {
  readonly #ctx: RecordsContext;
  readonly #sets: ReplicaSets;
  /** Marks of versions that were offered. */
  readonly #offered = new Set<string>();

  constructor(ctx: RecordsContext, sets: ReplicaSets) {
    this.#ctx = ctx;
    this.#sets = sets;
  }

  /** What is to be offered now, by whom it is offered to. */
  take(): Map<NodeId, Held[]> {
    const offers = new Map<NodeId, Held[]>();
    for (const held of this.#ctx.store.all(this.#ctx.now)) {
      if (this.#sets.isMine(held.key)) this.#offered.delete(held.mark);
      else if (!this.#offered.has(held.mark)) this.#offer(held, offers);
    }
    if (this.#offered.size > this.#ctx.store.usage.size) this.#forgetGone();
    return offers;
  }

  #offer(held: Held, offers: Map<NodeId, Held[]>): void {
    for (const replica of this.#sets.of(held.key)) {
      give(offers, replica, held);
      this.#offered.add(held.mark);
    }
  }

  #forgetGone(): void {
    const held = new Set([...this.#ctx.store.all(this.#ctx.now)].map((version) => version.mark));
    for (const mark of this.#offered) if (!held.has(mark)) this.#offered.delete(mark);
  }
}

/** Each record by the one that becomes a replica in this node's place when it goes. Those that were replicas beside it have it. */
export function bequests({ store, routes, self, now }: RecordsContext): Map<NodeId, Held[]> {
  const heirs = new Map<NodeId, Held[]>();
  for (const held of store.all(now)) {
    const nearest = routes.nearest(held.key, REPLICAS + 1).filter((id) => id !== self);
    const heir = nearest[REPLICAS - 1];
    if (heir !== undefined) give(heirs, heir, held);
  }
  return heirs;
}

function give(all: Map<NodeId, Held[]>, to: NodeId, held: Held): void {
  const versions = all.get(to) ?? [];
  versions.push(held);
  all.set(to, versions);
}
