import type { EventQueue } from "../event-queue.ts";
import type { Random } from "../random.ts";

/** Phases of the period: nodes of one phase are ticked by one event, so that the heap stays small. */
const PHASES = 50;

/** Ticks each member once a period, at a phase drawn for it. */
export class TickWheel<Member> {
  readonly #phases: Set<Member>[] = Array.from({ length: PHASES }, () => new Set<Member>());
  readonly #phaseOf = new Map<Member, Set<Member>>();
  readonly #tick: (member: Member) => void;

  constructor(events: EventQueue, periodMs: number, tick: (member: Member) => void) {
    this.#tick = tick;
    this.#phases.forEach((members, phase) => {
      this.#turn(events, members, (periodMs * (phase + 1)) / PHASES, periodMs);
    });
  }

  add(member: Member, random: Random): void {
    const phase = this.#phases[random.below(PHASES)];
    phase?.add(member);
    if (phase !== undefined) this.#phaseOf.set(member, phase);
  }

  delete(member: Member): void {
    this.#phaseOf.get(member)?.delete(member);
    this.#phaseOf.delete(member);
  }

  #turn(events: EventQueue, members: Set<Member>, delay: number, periodMs: number): void {
    events.after(delay, () => {
      for (const member of members) this.#tick(member);
      this.#turn(events, members, periodMs, periodMs);
    });
  }
}
