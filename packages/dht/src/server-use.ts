import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Dialling } from "./dialling.ts";
import { ASK_MAX, ASK_MIN, HEAL_INTERVAL, HEAL_SHARE, SERVERLESS_LINKS } from "./limits.ts";

/** How long an answer to a question to the server is waited for. */
const ANSWER_WAIT = 30_000;

/** What the server is needed for: the first peers, and now and then a random one that may belong to a part that split off. */
export class ServerUse {
  readonly #ctx: Context;
  readonly #dialling: Dialling;
  #open = false;
  #needed: boolean | null = null;
  #askAt = 0;
  #waits = 0;
  #healAt: number | null = null;
  /** Until when the next nodes named are for healing. */
  #healingUntil = 0;
  /** The node that is dialled to see what lies beyond it. */
  visiting: NodeId | null = null;

  constructor(ctx: Context, dialling: Dialling) {
    this.#ctx = ctx;
    this.#dialling = dialling;
  }

  opened(open: boolean): void {
    this.#open = open;
    // A welcome names peers; only if that leads nowhere is the server asked.
    this.#askAt = this.#ctx.now + ASK_MIN;
    this.#ctx.wake(this.#askAt);
    if (open && this.#isHealing()) this.#ctx.emit({ type: "ask-server", near: null });
  }

  /** Nodes that the server named, contacts by now: one of them may be what healing looks for. */
  named(peers: readonly NodeId[]): void {
    if (!this.#isHealing()) return;
    this.#healingUntil = 0;
    const { table } = this.#ctx;
    const strangers = peers.filter((peer) => peer !== this.#ctx.self.id && table.get(peer) === undefined);
    const chosen = strangers[Math.floor(this.#ctx.fraction() * strangers.length)];
    if (chosen !== undefined && this.#dialling.visit(chosen)) this.visiting = chosen;
    this.update();
  }

  tick(): void {
    const { now, table } = this.#ctx;
    if (table.size > 0) this.#waits = 0;
    else if (this.#open && now >= this.#askAt) this.#ask();
    this.#healAt ??= now + this.#untilHealing();
    if (now >= this.#healAt) {
      this.#healAt = now + this.#untilHealing();
      if (table.size > 0 && this.#ctx.fraction() < HEAL_SHARE / table.estimate()) this.#heal();
    }
    this.update();
    this.#ctx.wake(this.#healAt);
    if (table.size === 0 && this.#open) this.#ctx.wake(this.#askAt);
  }

  /** Tells when the need for the server changes. */
  update(): void {
    const { size } = this.#ctx.table;
    let needed = this.#needed ?? true;
    if (size === 0) needed = true;
    else if (size >= SERVERLESS_LINKS) needed = false;
    if (this.#isHealing()) needed = true;
    if (needed === this.#needed) return;
    this.#needed = needed;
    this.#ctx.emit({ type: "server-needed", needed });
  }

  #isHealing(): boolean {
    return this.#ctx.now < this.#healingUntil;
  }

  #ask(): void {
    const ceiling = Math.min(ASK_MAX, ASK_MIN * 2 ** Math.min(this.#waits++, 10));
    this.#askAt = this.#ctx.now + ceiling * (0.5 + this.#ctx.fraction() / 2);
    this.#ctx.emit({ type: "ask-server", near: this.#ctx.self.id });
  }

  #heal(): void {
    this.#healingUntil = this.#ctx.now + ANSWER_WAIT;
    this.update();
    if (this.#open) this.#ctx.emit({ type: "ask-server", near: null });
  }

  #untilHealing(): number {
    return HEAL_INTERVAL * (0.75 + this.#ctx.fraction() / 2);
  }
}
