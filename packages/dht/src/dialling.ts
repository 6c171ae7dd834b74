import type { NodeId } from "@starling/protocol";
import type { KnownContact } from "./contacts.ts";
import type { Context } from "./context.ts";
import { DialBudget, type Importance } from "./dial-budget.ts";
import { linksToKeep } from "./keeping.ts";
import { BUCKET_LINKS, DIAL_TIMEOUT, LEAF_LINKS, SIBLINGS } from "./limits.ts";
import type { Link } from "./link.ts";
import { bitAt, closest, ID_BITS } from "./xor.ts";

/** Links that a node seeks before it looks itself up. */
const FIRST_LINKS = 2;
/** A contact is forgotten after so many failures if nobody has named it for so long (ms): else its back-off would begin anew. */
const GIVE_UP = 4;
const UNHEARD = 300_000;

/** Decides which links are wanted: siblings, then the buckets from the farthest, within the dial budget. */
export class Dialling {
  readonly budget: DialBudget;
  readonly #ctx: Context;
  readonly #pending = new Map<
    NodeId,
    { readonly since: number; readonly importance: Importance; readonly prefix: number }
  >();
  /** When the next back-off ends that a node without links waits for. */
  #retryAt = Number.POSITIVE_INFINITY;

  constructor(ctx: Context) {
    this.budget = new DialBudget(ctx);
    this.#ctx = ctx;
  }

  get pending(): ReadonlyMap<NodeId, unknown> {
    return this.#pending;
  }

  linked(id: NodeId): void {
    this.budget.linked();
    this.#pending.delete(id);
  }

  /** A dial came to nothing. False: none was under way. */
  failed(id: NodeId): boolean {
    const { contacts, table, now } = this.#ctx;
    if (!this.#pending.delete(id)) return false;
    contacts.failed(id, now);
    const contact = contacts.get(id);
    const forgotten = contact !== undefined && contact.failures >= GIVE_UP && now - contact.heardAt > UNHEARD;
    if (forgotten && table.size > 0) contacts.forget(id);
    this.#ctx.emit({ type: "release-link", peer: id });
    return true;
  }

  tick(): void {
    const { now } = this.#ctx;
    for (const [id, { since }] of this.#pending) {
      if (now - since < DIAL_TIMEOUT) this.#ctx.wake(since + DIAL_TIMEOUT);
      else if (this.failed(id)) this.#ctx.stale = true;
    }
    if (now < this.#retryAt) this.#ctx.wake(this.#retryAt);
    else {
      this.#retryAt = Number.POSITIVE_INFINITY;
      this.#ctx.stale = true;
    }
  }

  /** Wants what is missing now. @param leafOnly this page never becomes full, so it needs few links. */
  maintain(leafOnly: boolean): void {
    this.#adopt();
    const dialable = this.#dialable();
    if (this.#ctx.table.size === 0) this.#wakeForRetry();
    if (dialable.length === 0) return;
    this.#first(dialable);
    this.#siblings(dialable, leafOnly ? LEAF_LINKS : SIBLINGS);
    if (!leafOnly) this.#buckets(dialable);
  }

  /** Contacts that may be dialled and would be of use: those as near as siblings, and those of thin buckets. */
  #dialable(): KnownContact[] {
    const { table, contacts } = this.#ctx;
    const depth = table.size < FIRST_LINKS ? 0 : table.depth();
    const thin = new Set(table.thinBuckets());
    const dialable: KnownContact[] = [];
    for (const contact of contacts.all()) {
      const { prefix } = contact;
      if ((prefix >= depth || thin.has(prefix)) && this.#isDialable(contact)) dialable.push(contact);
    }
    return dialable;
  }

  /** Dials a node that was named for another reason than its place (healing). */
  visit(id: NodeId): boolean {
    const contact = this.#ctx.contacts.get(id);
    return contact !== undefined && this.#isDialable(contact) && this.#dial(contact, "optional");
  }

  /** A node without links tries again as soon as a back-off ends; with links the usual upkeep does. */
  #wakeForRetry(): void {
    this.#retryAt = Number.POSITIVE_INFINITY;
    for (const { retryAt } of this.#ctx.contacts.all()) {
      if (retryAt > this.#ctx.now) this.#retryAt = Math.min(this.#retryAt, retryAt);
    }
    this.#ctx.wake(this.#retryAt);
  }

  /** Links to keep that somebody else asked for are wanted by us from now on; and what we no longer keep stays as it is. */
  #adopt(): void {
    const { table, now } = this.#ctx;
    for (const link of linksToKeep(table, now)) {
      if (link.wanted === null && !link.refused) this.#want(link, table.isSibling(link) ? "needed" : "optional");
    }
  }

  #want(link: Link, importance: Importance): void {
    link.wanted = importance;
    this.#ctx.emit({ type: "want-link", peer: link.id, importance });
  }

  #isDialable({ id, retryAt }: KnownContact): boolean {
    return retryAt <= this.#ctx.now && this.#ctx.table.get(id) === undefined && !this.#pending.has(id);
  }

  /** Without two links there is nobody to ask: whoever is known by name, those heard of last first. */
  #first(dialable: readonly KnownContact[]): void {
    const missing = FIRST_LINKS - this.#ctx.table.size - this.#pending.size;
    if (missing <= 0) return;
    const order = [...dialable].sort((a, b) => a.failures - b.failures || b.heardAt - a.heardAt);
    for (const contact of order.slice(0, missing)) this.#dial(contact, "needed");
  }

  /** Whoever is known as full and is among the nearest of all. */
  #siblings(dialable: readonly KnownContact[], count: number): void {
    const { table, self } = this.#ctx;
    const known = dialable.filter(({ publicKey, heardAt }) => publicKey !== null && heardAt >= 0);
    const linked = table.full().map(({ id, prefix }) => ({ id, prefix }));
    for (const node of closest(self.id, [...linked, ...known], count, ({ id }) => id)) {
      if ("publicKey" in node) this.#dial(node, "needed");
    }
  }

  #buckets(dialable: readonly KnownContact[]): void {
    const { table } = this.#ctx;
    for (const prefix of table.thinBuckets()) {
      const linked = table.bucket(prefix);
      let missing = BUCKET_LINKS - linked.length - this.#pendingIn(prefix);
      while (missing-- > 0) {
        const contact = this.#pick(dialable, prefix, linked);
        if (contact === null || !this.#dial(contact, "optional")) break;
      }
    }
  }

  /** One of a bucket at random, so that not all nodes choose the same; of the other half than the link that is there, if known. */
  #pick(dialable: readonly KnownContact[], prefix: number, linked: readonly Link[]): KnownContact | null {
    const inBucket = dialable.filter(
      (contact) => contact.prefix === prefix && contact.publicKey !== null && !this.#pending.has(contact.id),
    );
    const fresh = inBucket.filter(({ failures, heardAt }) => failures === 0 && heardAt >= 0);
    const choice = fresh.length > 0 ? fresh : inBucket;
    const [first] = linked;
    const next = Math.min(prefix + 1, ID_BITS - 1);
    const other = first === undefined ? [] : choice.filter(({ id }) => bitAt(id, next) !== bitAt(first.id, next));
    const from = other.length > 0 ? other : choice;
    return from[Math.floor(this.#ctx.fraction() * from.length)] ?? null;
  }

  #pendingIn(prefix: number): number {
    let count = 0;
    for (const each of this.#pending.values()) if (each.prefix === prefix) count++;
    return count;
  }

  #dial({ id, prefix }: KnownContact, importance: Importance): boolean {
    if (this.#pending.has(id) || !this.budget.allows(importance, this.#pending.size)) return false;
    const { now } = this.#ctx;
    this.#pending.set(id, { since: now, importance, prefix });
    this.budget.take();
    this.#ctx.wake(now + DIAL_TIMEOUT);
    this.#ctx.emit({ type: "want-link", peer: id, importance });
    return true;
  }
}
