import type { Context } from "./context.ts";
import { measurePath } from "./path-measuring.ts";
import { NO_QUEUE } from "./queue-target.ts";

/** Associations beside a link's own. Four share a lossy path about as well as any number (raw channel: 1.53 against 0.38 MB/s). */
const LANES = 3;
/** With more peers than this at once, their links are lanes enough to one another. */
const FEW_PEERS = 3;
/** Ms that a link has had more to send than it could, before a trial; the rate of the last half counts. */
const BUSY = 500;
/** Ms that connecting may take, and that the trial lasts then. */
const SET_UP = 1000;
const TRIAL = 2000;
/** Ms before the end of either in which the browser tells how long packets take. What it tells may be 2.5 s old. */
const LOOK = 300;
/** What a trial has to gain. */
const GAIN = 1.2;
/**
 * Ms after which a link is looked at again whose line was full, or whose trial gained nothing; each time four times as long,
 * up to a minute. The first is soon: the rate before a trial may have been that of SCTP's slow start, before its first loss.
 */
const AGAIN = 1000;
const BACK_OFF = 4;
const MOST_BACK_OFF = 64;

/** What a link is to do: ask the browser how long packets take, or use so many lanes. */
type Step = "measure" | number | null;

/** Further associations that blocks go over now. */
export interface LaneUse {
  readonly count: number;
  /** They gained what a trial has to. */
  readonly kept: boolean;
}

/**
 * Whether further associations pay: a link that has more to send than goes, and whose packets meet no queue, is held by
 * loss or distance; lanes are tried on it for two seconds.
 */
export class LaneTrial implements LaneUse {
  #state: "waiting" | "busy" | "trying" | "kept" = "waiting";
  #since = 0;
  #markAt = 0;
  #markBytes = 0;
  #before = 0;
  #notBefore = 0;
  #failures = 0;
  #looked = false;
  /** Ms that packets waited beyond the least when it was measured last. */
  #wait = 0;

  get count(): number {
    return this.#state === "trying" || this.#state === "kept" ? LANES : 0;
  }

  get kept(): boolean {
    return this.#state === "kept";
  }

  /** @param busy there is more to send than goes. @param may a trial may begin. */
  tick(sentBytes: number, busy: boolean, may: boolean, now: number): Step {
    if (this.#state === "kept") return null;
    if (!busy) return this.#giveUp();
    if (this.#state === "trying") return this.#judge(sentBytes, now);
    if (this.#state === "waiting") this.#enter("busy", now);
    const time = now - this.#since;
    if (!may || now < this.#notBefore) return null;
    if (this.#markAt === 0 && time >= BUSY / 2) this.#mark(sentBytes, now);
    if (!this.#looked && time >= BUSY - LOOK) return this.#look();
    if (time < BUSY) return null;
    if (this.#isFull) return this.#fail(now);
    this.#before = this.#rate(sentBytes, now);
    this.#enter("trying", now);
    return LANES;
  }

  /** The browser measured packets: they waited so many ms beyond the least. */
  measured(wait: number): void {
    this.#wait = wait;
  }

  #judge(sentBytes: number, now: number): Step {
    const time = now - this.#since;
    if (this.#markAt === 0 && time >= SET_UP) this.#mark(sentBytes, now);
    if (!this.#looked && time >= SET_UP + TRIAL - LOOK) return this.#look();
    if (time < SET_UP + TRIAL) return null;
    if (this.#isFull || this.#rate(sentBytes, now) < GAIN * this.#before) return this.#fail(now);
    this.#state = "kept";
    return "measure";
  }

  /** Packets meet a queue: more cannot be had of the line. */
  get #isFull(): boolean {
    return this.#wait >= NO_QUEUE;
  }

  #enter(state: "busy" | "trying", now: number): void {
    this.#state = state;
    this.#since = now;
    this.#markAt = 0;
    this.#looked = false;
  }

  #look(): Step {
    this.#looked = true;
    this.#wait = 0;
    return "measure";
  }

  #fail(now: number): Step {
    this.#notBefore = now + AGAIN * Math.min(MOST_BACK_OFF, BACK_OFF ** this.#failures++);
    return this.#giveUp();
  }

  /** Nothing can be told of a link with nothing to send. */
  #giveUp(): Step {
    const tried = this.#state === "trying";
    this.#state = "waiting";
    return tried ? 0 : null;
  }

  #mark(sentBytes: number, now: number): void {
    this.#markAt = now;
    this.#markBytes = sentBytes;
  }

  #rate(sentBytes: number, now: number): number {
    return (sentBytes - this.#markBytes) / Math.max(1, now - this.#markAt);
  }
}

/** Begins, judges and ends trials of all links. */
export function tryLanes(ctx: Context): void {
  let active = 0;
  for (const link of ctx.links.values()) if (link.isSending || link.isAsked) active++;
  for (const link of ctx.links.values()) {
    const may = active < FEW_PEERS && !link.isNear && ctx.speed.up.rate === null;
    const step = link.lanes.tick(link.sentBytes, link.isSending, may, ctx.now);
    if (step === null) continue;
    if (step !== "measure") ctx.emit({ type: "lanes", peer: link.peer, count: step });
    // Also then: over how many associations blocks go decides how much may be under way.
    measurePath(ctx, link);
  }
}
