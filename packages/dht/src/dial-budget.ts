import type { Context } from "./context.ts";
import { DIAL_WINDOW, DIALS_AT_ONCE, DIALS_END, DIALS_SETTLED, OPTIONAL_DIALS_END, SETTLING } from "./limits.ts";

/** Dials of a settled node that are kept for siblings and for a node without links. */
const NEEDED_SHARE = 5;

export type Importance = "optional" | "needed";

/** Which dials a node can afford: a browser makes few peer connections at once, and not many in a page's life. */
export class DialBudget {
  readonly #ctx: Context;
  /** Times of the last dials since this node settled, the oldest first. */
  readonly #dials: number[] = [];
  #firstLinkAt: number | null = null;
  /** RTCPeerConnections that the page made so far. */
  created = 0;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Whether the first minutes, in which dials are limited only in number at once, are over. */
  get settled(): boolean {
    return this.#firstLinkAt !== null && this.#ctx.now - this.#firstLinkAt > SETTLING;
  }

  /** A link stands: from the first one on the minutes are counted. */
  linked(): void {
    this.#firstLinkAt ??= this.#ctx.now;
  }

  /** Whether one more dial may be made now. @param pending dials under way. */
  allows(importance: Importance, pending: number): boolean {
    if (pending >= DIALS_AT_ONCE) return false;
    if (this.created >= (importance === "optional" ? OPTIONAL_DIALS_END : DIALS_END)) return false;
    const { table } = this.#ctx;
    if (importance === "optional" && table.overlayLinks().length + pending >= table.linkLimit()) return false;
    return !this.settled || table.size === 0 || this.#spent() < this.#allowed(importance);
  }

  /** A dial was made. */
  take(): void {
    if (this.settled) this.#dials.push(this.#ctx.now);
    if (this.#dials.length > DIALS_SETTLED) this.#dials.shift();
  }

  #allowed(importance: Importance): number {
    return importance === "needed" ? DIALS_SETTLED : DIALS_SETTLED - NEEDED_SHARE;
  }

  #spent(): number {
    const from = this.#ctx.now - DIAL_WINDOW;
    return this.#dials.filter((time) => time > from).length;
  }
}
