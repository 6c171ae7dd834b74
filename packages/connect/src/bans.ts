import type { NodeId } from "@starling/protocol";
import { MAX_BANS } from "./limits.ts";

/** Peers that are not linked until a time, in bounded memory. */
export class Bans {
  readonly #until = new Map<NodeId, number>();

  get size(): number {
    return this.#until.size;
  }

  /** @param untilMs on the machine's clock. A later end stays. */
  add(peer: NodeId, untilMs: number): void {
    this.#until.set(peer, Math.max(untilMs, this.#until.get(peer) ?? untilMs));
    if (this.#until.size > MAX_BANS) this.#forgetSoonest();
  }

  /** When the peer's ban ends; null when it has none. */
  until(peer: NodeId, now: number): number | null {
    const until = this.#until.get(peer);
    return until !== undefined && until > now ? until : null;
  }

  expire(now: number): void {
    for (const [peer, until] of this.#until) if (until <= now) this.#until.delete(peer);
  }

  #forgetSoonest(): void {
    let soonest: NodeId | null = null;
    let soonestEnd = Number.POSITIVE_INFINITY;
    for (const [peer, until] of this.#until) {
      if (until <= soonestEnd) [soonest, soonestEnd] = [peer, until];
    }
    if (soonest !== null) this.#until.delete(soonest);
  }
}
