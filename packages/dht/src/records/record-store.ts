import type { NodeId, OverlayKey, RecordType } from "@starling/protocol";
import { IDENTITY_BYTES, NODE_BYTES, REPUBLISH_MARGIN, RULES } from "./limits.ts";
import type { RecordsPolicy } from "./policy.ts";
import { Usage } from "./usage.ts";
import { isProof, merge, type Standing, sameStanding, type Version } from "./versions.ts";

/** A version that this node holds. */
export interface Held extends Version {
  /** Who is charged for it: the publisher; of an immutable value who stored it, null when it came from a sibling. */
  readonly identity: NodeId | null;
  /** Monotonic ms. */
  expires: number;
  /** When it was last stored, by whoever keeps it alive; monotonic ms. */
  refreshed: number;
}

export type StoreOutcome = "stored" | "stale" | "equivocation" | "full";

type Slots = Map<string, readonly Held[]>;

/** Expired records are looked for this often at most; reads never see them. */
const SWEEP_INTERVAL = 10_000;

/** What this node holds for others: within its caps per key, per identity and in all, until it expires. */
export class RecordStore {
  readonly usage = new Usage();
  readonly #policy: RecordsPolicy;
  readonly #keys = new Map<OverlayKey, Slots>();
  /** Nothing expires before. */
  #nextExpiry = Infinity;
  #nextSweep = 0;

  constructor(policy: RecordsPolicy) {
    this.#policy = policy;
  }

  /** When {@link sweep} has something to do again, monotonic ms. */
  get nextSweep(): number {
    return this.#policy.expiry ? Math.max(this.#nextExpiry, this.#nextSweep) : Infinity;
  }

  /** What stands in the slot of a version. */
  standing(key: OverlayKey, slot: string, now: number): readonly Held[] {
    const held = this.#keys.get(key)?.get(slot);
    return held === undefined ? [] : this.#alive(held, now);
  }

  /** All slots of one type under a key that hold something. */
  under(key: OverlayKey, type: RecordType, now: number): readonly (readonly Held[])[] {
    const slots = this.#keys.get(key);
    if (slots === undefined) return [];
    const found: (readonly Held[])[] = [];
    for (const held of slots.values()) {
      const alive = this.#alive(held, now);
      if (alive[0]?.record.type === type) found.push(alive);
    }
    return found;
  }

  find(key: OverlayKey, mark: string, now: number): Held | undefined {
    for (const held of this.#keys.get(key)?.values() ?? []) {
      const found = this.#alive(held, now).find((version) => version.mark === mark);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  *all(now: number): Generator<Held> {
    for (const slots of this.#keys.values()) for (const held of slots.values()) yield* this.#alive(held, now);
  }

  /** What {@link add} would do, without doing it: asked before a signature is checked. */
  foresee(version: Version, identity: NodeId | null, now: number): StoreOutcome {
    const standing = this.standing(version.key, version.slot, now);
    const next = this.#next(standing, version);
    if (sameStanding(next, standing)) return outcome(standing, version);
    return this.#fits(version, standing, next, identity, now) ? outcome(next, version) : "full";
  }

  /**
   * Holds a checked version for `life` ms if it is new and there is room; one that is held already lives on at least
   * that long. An older one never replaces a newer one.
   */
  add(version: Version, identity: NodeId | null, life: number, now: number): StoreOutcome {
    const standing = this.standing(version.key, version.slot, now);
    const next = this.#next(standing, version);
    const expires = now + Math.min(life, RULES[version.record.type].life);
    if (sameStanding(next, standing)) {
      this.#prolong(standing, version, expires, now);
      return outcome(standing, version);
    }
    if (!this.#fits(version, standing, next, identity, now)) return "full";
    this.#makeRoom(version, standing, now);
    const fresh: Held = { ...version, identity, expires, refreshed: now };
    const kept = next.map((each) => standing.find((held) => held.id === each.id) ?? fresh);
    this.#replace(version.key, version.slot, kept);
    this.#nextExpiry = Math.min(this.#nextExpiry, expires);
    return outcome(next, version);
  }

  /** Forgets what expired. Costs nothing until something may have. */
  sweep(now: number): void {
    if (!this.#policy.expiry || now < this.#nextExpiry || now < this.#nextSweep) return;
    this.#nextSweep = now + SWEEP_INTERVAL;
    this.#nextExpiry = Infinity;
    for (const [key, slots] of this.#keys) {
      for (const [slot, held] of slots) {
        const alive = this.#alive(held, now);
        if (alive.length < held.length) this.#replace(key, slot, alive);
        if (alive.length > 0) this.#nextExpiry = Math.min(this.#nextExpiry, Math.max(...alive.map(expiryOf)));
      }
    }
  }

  #next(standing: readonly Held[], version: Version): Standing {
    return this.#policy.sequenceCheck ? merge(standing, version) : [version];
  }

  #alive(held: readonly Held[], now: number): readonly Held[] {
    // A proof of equivocation lives and dies as a whole: half of it would be served as a value.
    return !this.#policy.expiry || held.some((each) => each.expires > now) ? held : [];
  }

  #prolong(standing: readonly Held[], version: Version, expires: number, now: number): void {
    for (const held of standing) {
      if (held.id !== version.id) continue;
      held.expires = Math.max(held.expires, expires);
      held.refreshed = now;
    }
  }

  #fits(version: Version, standing: Standing, next: Standing, identity: NodeId | null, now: number): boolean {
    const gone = standing.filter((held) => !next.includes(held)).reduce((sum, held) => sum + held.bytes, 0);
    const more = version.bytes - gone;
    if (this.usage.bytes + more > NODE_BYTES) return false;
    if (identity !== null && this.usage.bytesOf(identity) + more > IDENTITY_BYTES) return false;
    return standing.length > 0 || this.#hasPlace(version, now);
  }

  /** A key that is full makes room by what its owner failed to store anew, never by what is kept alive. */
  #hasPlace(version: Version, now: number): boolean {
    const { type } = version.record;
    const held = this.under(version.key, type, now);
    return held.length < RULES[type].perKey || held.some((slot) => isNeglected(slot, now));
  }

  #makeRoom(version: Version, standing: Standing, now: number): void {
    const { type } = version.record;
    const held = this.under(version.key, type, now);
    if (standing.length > 0 || held.length < RULES[type].perKey) return;
    const neglected = held.filter((slot) => isNeglected(slot, now)).sort((a, b) => refreshed(a) - refreshed(b));
    const oldest = neglected[0]?.[0];
    if (oldest !== undefined) this.#replace(oldest.key, oldest.slot, []);
  }

  #replace(key: OverlayKey, slot: string, held: readonly Held[]): void {
    const slots: Slots = this.#keys.get(key) ?? new Map();
    for (const old of slots.get(slot) ?? []) this.usage.remove(old);
    for (const each of held) this.usage.add(each);
    if (held.length > 0) slots.set(slot, held);
    else slots.delete(slot);
    if (slots.size > 0) this.#keys.set(key, slots);
    else this.#keys.delete(key);
  }
}

function outcome(standing: Standing, version: Version): StoreOutcome {
  const stands = standing.some((held) => held.id === version.id);
  if (isProof(standing) && (standing[0]?.rank ?? 0) === version.rank) return "equivocation";
  return stands ? "stored" : "stale";
}

function expiryOf(held: Held): number {
  return held.expires;
}

function isNeglected(slot: readonly Held[], now: number): boolean {
  const type = slot[0]?.record.type;
  return type !== undefined && now - refreshed(slot) > RULES[type].republish + REPUBLISH_MARGIN;
}

function refreshed(slot: readonly Held[]): number {
  return slot[0]?.refreshed ?? 0;
}
