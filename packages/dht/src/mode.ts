import type { Context } from "./context.ts";
import { FULL_LINKS, LEAF_TIME, SIBLINGS } from "./limits.ts";

/** A contact named by a neighbour within this time counts as a full node that is there. */
const RECENT = 600_000;

/** Full nodes from which on a network waits the whole {@link LEAF_TIME} before it counts on a node. */
const WAITING_NODES = 100;

/**
 * Leaf or full. A node that knows fewer than 8 full ones is full at once, since records and look-ups need somebody; else
 * it is a leaf until it has shown for a minute that it stays. Once full it stays so, unless its page freezes.
 */
export class Mode {
  readonly #ctx: Context;
  /** False: this page never serves others unless they are few. */
  readonly capable: boolean;
  #startedAt: number | null = null;
  /** Whether it is a node that joins others, rather than one that others join. */
  #joining = false;
  #tested = false;
  /** What it is when its page does not sleep. */
  #standing = true;
  frozen = false;

  constructor(ctx: Context, capable: boolean) {
    this.#ctx = ctx;
    this.capable = capable;
  }

  /** Our own dial made the first link: what there is beyond it is not known yet. */
  joins(): void {
    this.#startedAt ??= this.#ctx.now;
    if (this.#tested) return;
    this.#joining = true;
    this.#standing = false;
    this.#ctx.full = false;
  }

  /** A look-up was answered. */
  passed(): void {
    this.#tested = true;
  }

  /** Evaluates; true if it changed. */
  update(): boolean {
    const before = this.#ctx.full;
    this.#startedAt ??= this.#ctx.now;
    this.#standing = this.#shouldStand(this.#startedAt);
    this.#ctx.full = this.#standing && !this.frozen;
    return this.#ctx.full !== before;
  }

  #shouldStand(startedAt: number): boolean {
    const { now, table } = this.#ctx;
    if (this.#standing && this.capable) return true;
    if (!this.#tested) return table.size === 0 && !this.#joining;
    if (this.#knownFull() < SIBLINGS) return true;
    if (!this.capable) return false;
    // Large networks wait to see who stays; small ones need everybody soon, or few would serve many.
    const due = startedAt + LEAF_TIME * Math.min(1, table.estimate() / WAITING_NODES);
    this.#ctx.wake(Math.max(due, now + 1_000));
    return now >= due && table.size >= FULL_LINKS;
  }

  #knownFull(): number {
    const { table, contacts, now } = this.#ctx;
    let count = table.full().length;
    if (count >= SIBLINGS) return count;
    for (const { id, publicKey, heardAt, failures } of contacts.all()) {
      const counts = publicKey !== null && failures === 0 && heardAt >= 0 && now - heardAt < RECENT;
      if (counts && table.get(id) === undefined) count++;
    }
    return count;
  }
}
