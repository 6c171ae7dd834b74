import type { Context } from "./context.ts";
import { FROZEN_PATIENCE, MAX_MISSES, PING_AFTER, PING_WAIT } from "./limits.ts";
import { type Link, sampleRoundTrip } from "./link.ts";

/** The idle are looked through at most so often, so that their pings gather into few ticks. */
const SWEEP = 2_500;

/** Finds out which neighbours are gone although their channels have not closed. */
export class Liveness {
  readonly #ctx: Context;
  #sweepAt = 0;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  heard(link: Link): void {
    link.lastHeard = this.#ctx.now;
    link.misses = 0;
  }

  onPong(link: Link, id: string): void {
    if (link.ping?.id !== id) return;
    sampleRoundTrip(link, this.#ctx.now - link.ping.sentAt);
    link.ping = null;
  }

  /** A new link's round trip is measured at once. */
  begin(link: Link): void {
    this.#ping(link);
  }

  /** After sleep nothing proves who is still there; what was missed meanwhile is nobody's fault. */
  pingAll(): void {
    for (const link of this.#ctx.table.links()) {
      link.misses = 0;
      this.#ping(link);
    }
  }

  /** Returns those that are dead. */
  tick(): readonly Link[] {
    const { now, table } = this.#ctx;
    const dead: Link[] = [];
    if (now >= this.#sweepAt) {
      let next = now + PING_AFTER;
      for (const link of table.links()) {
        const due = this.#due(link);
        if (due > now) next = Math.min(next, due);
        else if (this.#isDead(link)) dead.push(link);
        else next = Math.min(next, now + PING_WAIT);
      }
      this.#sweepAt = Math.max(next, now + SWEEP);
    }
    this.#ctx.wake(this.#sweepAt);
    return dead;
  }

  #due(link: Link): number {
    if (link.visibility === "frozen") return link.frozenAt + FROZEN_PATIENCE;
    const { ping, lastHeard } = link;
    return ping !== null && ping.sentAt >= lastHeard ? ping.sentAt + PING_WAIT : lastHeard + PING_AFTER;
  }

  #isDead(link: Link): boolean {
    if (link.visibility === "frozen") return true;
    if (link.ping !== null && link.ping.sentAt >= link.lastHeard) link.misses++;
    if (link.misses >= MAX_MISSES) return true;
    this.#ping(link);
    return false;
  }

  #ping(link: Link): void {
    const id = this.#ctx.messageId();
    link.ping = { id, sentAt: this.#ctx.now };
    this.#sweepAt = Math.min(this.#sweepAt, this.#ctx.now + PING_WAIT);
    this.#ctx.wake(this.#sweepAt);
    this.#ctx.tell(link, { type: "ping" }, id);
  }
}
