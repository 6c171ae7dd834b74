import { type KnownNode, NODES_REPLY, type OverlayKey } from "@starling/protocol";
import type { Context } from "./context.ts";
import { EXCHANGE_INTERVAL, EXCHANGE_SIBLINGS, EXCHANGE_STABLE, SIBLINGS, STABLE_AFTER } from "./limits.ts";
import type { Link } from "./link.ts";
import { closest } from "./xor.ts";

/** Keeps the siblings right: neighbours of an id know best who else is near it. */
export class Neighbourhood {
  readonly #ctx: Context;
  #siblings: readonly Link[] = [];
  #changedAt = 0;
  #nextAt = 0;
  #turn = 0;
  /** Told when links to siblings came or went. */
  readonly #onChange: () => void;
  readonly #settled: () => boolean;

  /** @param settled whether the first minutes of this node are over. */
  constructor(ctx: Context, onChange: () => void, settled: () => boolean) {
    this.#ctx = ctx;
    this.#settled = settled;
    this.#onChange = onChange;
  }

  /** Asks siblings that are new at once; and all that are left when one is lost. */
  check(): void {
    const siblings = this.#ctx.table.siblings();
    if (siblings === this.#siblings) return;
    const before = this.#siblings;
    this.#siblings = siblings;
    const lost = before.some((link) => this.#ctx.table.get(link.id) !== link);
    const same = siblings.length === before.length && siblings.every((link, i) => link === before[i]);
    if (same) return;
    this.#changedAt = this.#ctx.now;
    this.#nextAt = Math.min(this.#nextAt, this.#ctx.now + EXCHANGE_INTERVAL);
    this.#ctx.wake(this.#nextAt);
    for (const link of siblings) if (lost || !link.exchanged) this.#ask(link);
    this.#onChange();
  }

  /** Asks all siblings: this node has become full, so those near it that did so meanwhile should be its siblings. */
  refresh(): void {
    for (const link of this.#ctx.table.siblings()) this.#ask(link);
  }

  tick(): void {
    const { now } = this.#ctx;
    if (now >= this.#nextAt) {
      this.#exchange();
      const stable = now - this.#changedAt > STABLE_AFTER && this.#siblings.length > 0;
      const interval = stable ? EXCHANGE_STABLE : EXCHANGE_INTERVAL;
      this.#nextAt = now + interval * (0.75 + this.#ctx.fraction() / 2);
    }
    this.#ctx.wake(this.#nextAt);
  }

  #exchange(): void {
    const siblings = this.#ctx.table.siblings();
    const count = this.#settled() ? EXCHANGE_SIBLINGS : SIBLINGS;
    for (let i = 0; i < Math.min(count, siblings.length); i++) {
      const link = siblings[this.#turn++ % siblings.length];
      if (link !== undefined) this.#ask(link);
    }
  }

  /** Full nodes that we are linked with, nearest the point that a neighbour asks about. */
  onAsk(link: Link, id: string, target: OverlayKey): void {
    const others = this.#ctx.table.full().filter((each) => each !== link);
    const nodes = closest(target, others, NODES_REPLY, (each) => each.id);
    const known = nodes.map(({ id: node, publicKey }): KnownNode => ({ id: node, publicKey }));
    this.#ctx.tell(link, { type: "siblings-answer", nodes: known }, id);
  }

  /** Only what was asked for, so that a neighbour cannot fill our contacts at will. */
  onAnswer(link: Link, nodes: readonly KnownNode[]): void {
    if (!link.exchanged) return;
    for (const { id, publicKey } of nodes.slice(0, SIBLINGS)) {
      this.#ctx.contacts.heard(id, publicKey, link.id, this.#ctx.now);
    }
    this.#ctx.stale = true;
  }

  #ask(link: Link): void {
    link.exchanged = true;
    this.#ctx.tell(link, { type: "siblings" }, this.#ctx.messageId(), this.#ctx.self.id);
  }
}
