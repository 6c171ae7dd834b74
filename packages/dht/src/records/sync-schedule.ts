import type { NodeId } from "@starling/protocol";
import { SYNC_INTERVAL, SYNC_PAUSE } from "./limits.ts";

/** When the records are to be compared with those of each partner next, in ms of the machine's clock. */
export class SyncSchedule {
  readonly #due = new Map<NodeId, number>();
  readonly #comparedAt = new Map<NodeId, number>();
  #nextDue = Infinity;

  get nextDue(): number {
    return this.#nextDue;
  }

  /** All are compared with at once, but for those that were a moment ago. Returns who is a partner no more. */
  restart(partners: ReadonlySet<NodeId>, now: number): NodeId[] {
    const gone = [...this.#due.keys()].filter((known) => !partners.has(known));
    for (const known of gone) {
      this.#due.delete(known);
      this.#comparedAt.delete(known);
    }
    for (const partner of partners) {
      this.#schedule(partner, Math.max(now, (this.#comparedAt.get(partner) ?? -Infinity) + SYNC_PAUSE));
    }
    return gone;
  }

  /** Those that are new are compared with at once. */
  admit(partners: Iterable<NodeId>, now: number): void {
    for (const partner of partners) if (!this.#due.has(partner)) this.#schedule(partner, now);
  }

  /** Partners that are to be compared with now; each comes up again after the interval. */
  takeDue(now: number): NodeId[] {
    const taken: NodeId[] = [];
    this.#nextDue = Infinity;
    for (const [partner, due] of this.#due) {
      const next = due <= now ? now + SYNC_INTERVAL : due;
      this.#nextDue = Math.min(this.#nextDue, next);
      if (due > now) continue;
      taken.push(partner);
      this.#due.set(partner, next);
      this.#comparedAt.set(partner, now);
    }
    return taken;
  }

  /** A partner's own comparison came, which is as good as one of ours: the next regular one may wait. */
  defer(partner: NodeId, now: number): void {
    if (this.#due.has(partner)) this.#due.set(partner, now + SYNC_INTERVAL);
  }

  #schedule(partner: NodeId, at: number): void {
    this.#due.set(partner, Math.min(at, this.#due.get(partner) ?? Infinity));
    this.#nextDue = Math.min(this.#nextDue, at);
  }
}
