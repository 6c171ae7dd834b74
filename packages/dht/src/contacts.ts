import { equalBytes, type NodeId, nodeIdOf, type RandomBytes } from "@starling/protocol";
import { type Contact, MAX_CONTACTS } from "./contact.ts";
import { BACK_OFF_MAX, BACK_OFF_MIN } from "./limits.ts";
import { commonPrefix } from "./xor.ts";

/** A contact and what is known of it in this visit. */
export interface KnownContact {
  readonly id: NodeId;
  readonly prefix: number;
  publicKey: Uint8Array | null;
  /** Wall clock, ms. */
  lastSeen: number;
  via: NodeId | null;
  failures: number;
  /** Machine's clock: when it was last linked or named by a neighbour of its own; -1: not since its link was lost, or in an earlier visit. */
  heardAt: number;
  /** What is said of it before is of the link that was lost: others may not have noticed yet. */
  deafUntil: number;
  /** No dial before. */
  retryAt: number;
}

/** Contacts beyond the limit that gather before the least useful are forgotten in one go. */
const SLACK = 64;
const WAITS = 65_536;

/** Nodes that are or were there, in bounded memory. A node's word about itself or a neighbour enters only if its key fits. */
export class Contacts {
  readonly #self: NodeId;
  readonly #random: RandomBytes;
  readonly #known = new Map<NodeId, KnownContact>();

  constructor(self: NodeId, random: RandomBytes) {
    this.#self = self;
    this.#random = random;
  }

  get size(): number {
    return this.#known.size;
  }

  all(): IterableIterator<KnownContact> {
    return this.#known.values();
  }

  get(id: NodeId): KnownContact | undefined {
    return this.#known.get(id);
  }

  /** From an earlier visit. */
  restore(contacts: readonly Contact[]): void {
    for (const { id, publicKey, lastSeen, via, failures } of contacts.slice(0, MAX_CONTACTS)) {
      if (id === this.#self || this.#known.has(id)) continue;
      this.#add({
        id,
        prefix: commonPrefix(this.#self, id),
        publicKey,
        lastSeen,
        via,
        failures,
        heardAt: -1,
        deafUntil: 0,
        retryAt: 0,
      });
    }
  }

  /** Named by the server, or as an alternate: nothing but its name is known. */
  named(id: NodeId, via: NodeId | null, now: number): void {
    if (id === this.#self) return;
    const known = this.#known.get(id) ?? this.#add(this.#fresh(id, null, via));
    known.heardAt = Math.max(known.heardAt, now);
  }

  /** Named by a neighbour of its own, now. False: the key is not that of the id. */
  heard(id: NodeId, publicKey: Uint8Array, via: NodeId, now: number): boolean {
    if (id === this.#self) return true;
    const known = this.#known.get(id);
    if (known?.publicKey == null || !equalBytes(known.publicKey, publicKey)) {
      if (nodeIdOf(publicKey) !== id) return false;
    }
    const contact = known ?? this.#add(this.#fresh(id, publicKey, via));
    contact.publicKey = publicKey;
    if (now >= contact.deafUntil) contact.heardAt = now;
    contact.via = via;
    return true;
  }

  /** Linked with us now. */
  linked(id: NodeId, publicKey: Uint8Array, wallMs: number, now: number): void {
    const contact = this.#known.get(id) ?? this.#add(this.#fresh(id, publicKey, null));
    contact.publicKey = publicKey;
    contact.lastSeen = wallMs;
    contact.heardAt = now;
    contact.failures = 0;
    contact.deafUntil = 0;
    contact.retryAt = 0;
  }

  /** Its link ended: it is gone, unless somebody names it after a while in which the others notice. */
  lost(id: NodeId, now: number, noticing: number): void {
    const contact = this.#known.get(id);
    if (contact === undefined) return;
    contact.heardAt = -1;
    contact.deafUntil = now + noticing;
  }

  /** A dial failed: the next waits 5 s, 10 s, 40 s, 320 s, 10 min, each up to half of it less: some pairs can never connect. */
  failed(id: NodeId, now: number): void {
    const contact = this.#known.get(id);
    if (contact === undefined) return;
    const { failures } = contact;
    const ceiling = Math.min(BACK_OFF_MAX, BACK_OFF_MIN * 2 ** ((failures * (failures + 1)) / 2));
    const [high = 0, low = 0] = this.#random(2);
    contact.failures++;
    // Once may be chance; who failed twice is to be named anew.
    if (contact.failures > 1) contact.heardAt = -1;
    contact.retryAt = now + ceiling * (0.5 + (high * 256 + low) / (2 * WAITS));
  }

  /** Not to be dialled for a while, though it did not fail: it refused, or its link has just ended. */
  rest(id: NodeId, until: number): void {
    const contact = this.#known.get(id);
    if (contact !== undefined) contact.retryAt = Math.max(contact.retryAt, until);
  }

  forget(id: NodeId): void {
    this.#known.delete(id);
  }

  /** What to keep for the next visit: the most recently seen first. */
  cards(): Contact[] {
    const seen = [...this.#known.values()].sort((a, b) => b.lastSeen - a.lastSeen || b.heardAt - a.heardAt);
    return seen
      .slice(0, MAX_CONTACTS)
      .map(({ id, publicKey, lastSeen, via, failures }) => ({ id, publicKey, lastSeen, via, failures }));
  }

  #fresh(id: NodeId, publicKey: Uint8Array | null, via: NodeId | null): KnownContact {
    const prefix = commonPrefix(this.#self, id);
    return { id, prefix, publicKey, lastSeen: 0, via, failures: 0, heardAt: -1, deafUntil: 0, retryAt: 0 };
  }

  #add(contact: KnownContact): KnownContact {
    this.#known.set(contact.id, contact);
    if (this.#known.size > MAX_CONTACTS + SLACK) this.#trim(contact);
    return contact;
  }

  /** Forgets, bucket by bucket from the fullest, what failed most and was heard of least recently. */
  #trim(latest: KnownContact): void {
    const buckets = new Map<number, KnownContact[]>();
    for (const contact of this.#known.values()) {
      if (contact === latest) continue;
      const bucket = buckets.get(contact.prefix);
      if (bucket === undefined) buckets.set(contact.prefix, [contact]);
      else bucket.push(contact);
    }
    // Best first, so that the worst is popped.
    for (const bucket of buckets.values()) bucket.sort((a, b) => a.failures - b.failures || b.heardAt - a.heardAt);
    while (this.#known.size > MAX_CONTACTS) {
      let fullest: KnownContact[] = [];
      for (const bucket of buckets.values()) if (bucket.length > fullest.length) fullest = bucket;
      const worst = fullest.pop();
      if (worst === undefined) return;
      this.#known.delete(worst.id);
    }
  }
}
