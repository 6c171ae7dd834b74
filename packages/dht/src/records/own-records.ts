import type { OverlayRecord } from "@starling/protocol";
import { type Client, signPresence } from "./client.ts";
import { MAX_REPUBLISHING, REPUBLISH_RETRY, RULES } from "./limits.ts";
import { isRemoved } from "./versions.ts";
import type { Written } from "./writing.ts";

interface Own {
  record: OverlayRecord;
  /** When it is to be stored anew; Infinity while it is. */
  due: number;
  /** A tombstone need not outlive what it removed. */
  readonly until: number;
}

/** The records that this node published: stored anew before they expire, for as long as it lives. */
export class OwnRecords {
  readonly #client: Client;
  /** By key and type: a node has one record of each. */
  readonly #records = new Map<string, Own>();
  #storing = 0;
  #nextDue = Infinity;

  constructor(client: Client) {
    this.#client = client;
  }

  get nextDue(): number {
    return this.#nextDue;
  }

  get size(): number {
    return this.#records.size;
  }

  get(name: string): OverlayRecord | undefined {
    return this.#records.get(name)?.record;
  }

  /** Keeps a record alive from now on. @param stored whether it found its holders, or is to be tried again soon. */
  keep(name: string, record: OverlayRecord, stored: boolean): void {
    const now = this.#client.ctx.now;
    const until = isRemoved(record) ? now + RULES[record.type].life : Infinity;
    this.#records.set(name, { record, due: 0, until });
    this.#schedule(name, stored);
  }

  forget(name: string): void {
    this.#records.delete(name);
  }

  tick(): void {
    const { now } = this.#client.ctx;
    if (now < this.#nextDue) return;
    this.#nextDue = Infinity;
    for (const [name, own] of this.#records) {
      if (now >= own.until) this.#records.delete(name);
      else if (own.due <= now && this.#storing < MAX_REPUBLISHING) this.#storeAnew(name, own);
      else this.#nextDue = Math.min(this.#nextDue, own.due);
    }
  }

  #storeAnew(name: string, own: Own): void {
    this.#storing++;
    own.due = Infinity;
    this.#refreshed(own, (record) => {
      // It may have been replaced or forgotten while it was signed.
      if (this.#records.get(name) !== own) return this.#ended();
      own.record = record;
      this.#client.store(record, (written) => {
        if (this.#records.get(name) === own) this.#stored(name, written);
        this.#ended();
      });
    });
  }

  #stored(name: string, { enough, refusals }: Written): void {
    // A newer version of it is out there: not this node's to keep any more.
    if (refusals.has("stale") || refusals.has("equivocation")) this.forget(name);
    else this.#schedule(name, enough);
  }

  #ended(): void {
    this.#storing--;
    this.tick();
  }

  /** Providers and subscribers sign anew, as their records say when they were alive. */
  #refreshed({ record }: Own, done: (record: OverlayRecord) => void): void {
    if (record.type !== "provider" && record.type !== "topic") return done(record);
    const { type, key, publicKey, removed } = record;
    const issued = nextIssued(this.#client, record);
    signPresence(this.#client, { type, key, publicKey, issued, removed }, done);
  }

  #schedule(name: string, stored: boolean): void {
    const own = this.#records.get(name);
    if (own === undefined) return;
    const wait = stored ? RULES[own.record.type].republish : REPUBLISH_RETRY;
    // Up to a tenth sooner, so that what was published together does not stay together.
    own.due = this.#client.ctx.now + wait * (1 - this.#client.ctx.below(1000) / 10_000);
    this.#nextDue = Math.min(this.#nextDue, own.due);
  }
}

/** Time of signing for a record that replaces another: later than that one, whatever became of the clock. */
export function nextIssued({ ctx }: Client, previous: OverlayRecord | undefined): number {
  const before = previous?.type === "provider" || previous?.type === "topic" ? previous.issued : 0;
  return Math.max(Math.floor(ctx.clock.wall(ctx.now)), before + 1);
}
