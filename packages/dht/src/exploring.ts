import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import { REFRESH_FIRST, REFRESH_INTERVAL, SIBLINGS } from "./limits.ts";
import type { LookupResult } from "./lookup.ts";
import type { Lookups } from "./lookups.ts";
import { idInBucket } from "./xor.ts";

/** Neighbours through which a node that joins looks itself up: the first may be one that lies, or that knows little. */
const FIRST_LOOKUPS = 3;
/** Look-ups of thin buckets at once. */
const AT_ONCE = 2;
/** Nodes that a look into a bucket asks: any of its nodes will do, so it need not find the nearest to a point. */
const GLANCE = 8;
/** A look-up of oneself that nobody answered is tried again. */
const RETRY = 2_000;
/** Neighbours that come within so long of one another are begun at together: half a second brings in most of an answer. */
const TOGETHER = 500;
/** Looks at a thin bucket before the interval grows to its full length. */
const QUICK_LOOKS = 3;

/** Look-ups by which a node finds out who is where: itself when joining, and buckets that lack links. */
export class Exploring {
  readonly #ctx: Context;
  readonly #lookups: Lookups;
  readonly #onPassed: () => void;
  readonly #through = new Set<NodeId>();
  readonly #buckets = new Map<number, { looks: number; at: number }>();
  #running = 0;
  #lookedAt: number | null = null;
  #retryAt = Number.POSITIVE_INFINITY;
  joined = false;

  /** @param onPassed told of every look-up of oneself that somebody answered. */
  constructor(ctx: Context, lookups: Lookups, onPassed: () => void) {
    this.#ctx = ctx;
    this.#lookups = lookups;
    this.#onPassed = onPassed;
  }

  /** A neighbour has said what it is. @param visited it was dialled to see what lies beyond it. */
  met(neighbour: NodeId, visited: boolean): void {
    if (visited || (!this.#through.has(neighbour) && this.#through.size < FIRST_LOOKUPS)) {
      this.#through.add(neighbour);
      if (visited || this.joined) this.#lookUpSelf(neighbour);
      else this.#lookUpSelfSoon();
    }
  }

  /** All links are lost: the next one is a new beginning. */
  alone(): void {
    this.#through.clear();
    this.#buckets.clear();
    this.#retryAt = Number.POSITIVE_INFINITY;
  }

  /** Looks through buckets that lack links and known nodes. Called with every upkeep, so that it needs no timer of its own. */
  fill(): void {
    const { table, now } = this.#ctx;
    if (!this.joined) return;
    for (const prefix of table.thinBuckets()) {
      if (this.#running >= AT_ONCE) return;
      if (this.#knowsOf(prefix)) continue;
      const look = this.#buckets.get(prefix) ?? { looks: 0, at: now };
      this.#buckets.set(prefix, look);
      if (look.at <= now) this.#look(prefix, look);
    }
  }

  tick(): void {
    const { now, table } = this.#ctx;
    const due = Math.min(this.#retryAt, (this.#lookedAt ?? now) + REFRESH_INTERVAL);
    if (now >= due && table.size > 0) this.#lookUpSelf(null);
    else if (table.size > 0) this.#ctx.wake(due);
  }

  /** At once, or when the last one has had its time: then it begins at all neighbours that came meanwhile. */
  #lookUpSelfSoon(): void {
    const { now } = this.#ctx;
    const due = (this.#lookedAt ?? Number.NEGATIVE_INFINITY) + TOGETHER;
    if (due <= now) return this.#lookUpSelf(null);
    this.#retryAt = Math.min(this.#retryAt, due);
    this.#ctx.wake(this.#retryAt);
  }

  #lookUpSelf(through: NodeId | null): void {
    const { self, now } = this.#ctx;
    this.#lookedAt = now;
    this.#retryAt = Number.POSITIVE_INFINITY;
    this.#ctx.wake(now + REFRESH_INTERVAL);
    const done = ({ answers }: LookupResult) => (answers > 0 ? this.#passed() : this.#failed());
    this.#lookups.start({ key: self.id, count: SIBLINGS, through, done });
  }

  #passed(): void {
    this.joined = true;
    this.#ctx.stale = true;
    this.#onPassed();
  }

  #failed(): void {
    this.#retryAt = this.#ctx.now + RETRY;
    this.#ctx.wake(this.#retryAt);
  }

  #knowsOf(prefix: number): boolean {
    const { contacts, table, now } = this.#ctx;
    for (const contact of contacts.all()) {
      const { id, publicKey, retryAt } = contact;
      if (contact.prefix === prefix && publicKey !== null && retryAt <= now && table.get(id) === undefined) return true;
    }
    return false;
  }

  #look(prefix: number, look: { looks: number; at: number }): void {
    const { self, now, random } = this.#ctx;
    look.looks++;
    look.at = now + (look.looks < QUICK_LOOKS ? REFRESH_FIRST : REFRESH_INTERVAL) * (0.75 + this.#ctx.fraction() / 2);
    this.#running++;
    const done = () => {
      this.#running--;
      this.#ctx.stale = true;
    };
    const key = idInBucket(self.id, prefix, random(32));
    this.#lookups.start({ key, count: SIBLINGS, queries: GLANCE, done });
  }
}
