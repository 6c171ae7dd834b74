import type { Context } from "./context.ts";
import type { Link } from "./link.ts";
import { measurePath } from "./path-measuring.ts";
import { NO_QUEUE } from "./queue-target.ts";

/** Associations beside a link's own. Four share a lossy path about as well as any number (raw channel: 1.53 against 0.38 MB/s). */
const LANES = 3;
/** With more peers than this at once, their links are lanes enough to one another. */
const FEW_PEERS = 3;
/** Ms for which SCTP has held back some of what a link sends, before a trial; the rate of the last half counts. */
const HELD = 500;
/** Ms that connecting may take, and that the trial lasts then. */
const SET_UP = 1000;
const TRIAL = 2000;
/** Ms before the end of a trial from which the browser is asked how long packets take. */
const LOOK = 300;
/** It measures every 2.5 s (Chromium): so many ms longer a trial waits for that. */
const PATIENCE = 2500;
/** Ms within which an answer comes; what was asked at the mark tells of the time before. */
const ANSWER = 200;
/** What a trial has to gain. */
const GAIN = 1.2;
/**
 * Bytes/ms from which on a near path is limited by the machines at its ends and not by a line: packets of several
 * associations travel in larger batches, which spares both of them work (docs/decisions/0019).
 */
const FAST = 8000;
/**
 * Ms after which a link is looked at again whose line was full, or whose trial gained nothing; each time four times as long,
 * up to a minute. The first is soon: the rate before a trial may have been that of SCTP's slow start, before its first loss.
 */
const AGAIN = 1000;
const BACK_OFF = 4;
const MOST_BACK_OFF = 64;

/** What a link is to do: ask the browser how long packets take; use lanes, or none any more. */
type Step = "measure" | "begin" | "end" | null;

/**
 * Whether further associations pay: where SCTP's congestion window always holds back some of what is sent, and packets
 * meet no queue, loss or distance limits a link; lanes are tried on it for two seconds. A near and fast one has them at once:
 * what they gain there is less than its rate varies by.
 */
export class LaneTrial {
  #state: "waiting" | "trying" | "kept" = "waiting";
  #since = 0;
  #markAt = 0;
  #markBytes = 0;
  #before = 0;
  #notBefore = 0;
  #failures = 0;
  /** Ms that packets waited beyond the least when it was measured last; null if it was not. */
  #wait: number | null = null;

  /** Further associations that blocks go over now. */
  get count(): number {
    return this.#state === "waiting" ? 0 : LANES;
  }

  /**
   * @param held ms for which SCTP has held back some without a break; null if nothing is sent.
   * @param may a trial may begin; "near": lanes may, without one, as the path is near.
   */
  tick(sentBytes: number, held: number | null, may: boolean | "near", now: number): Step {
    if (this.#state === "kept") return null;
    if (held === null) return this.#giveUp();
    if (this.#state === "trying") return this.#judge(sentBytes, now);
    if (may === "near") return this.#isFast(sentBytes, now) ? this.#keep() : null;
    if (held < HELD / 2) this.#enter("waiting", now);
    else if (this.#markAt === 0) return may ? this.#mark(sentBytes, now) : null;
    if (held < HELD || now - this.#markAt < HELD / 2 || !may || now < this.#notBefore) return null;
    if (this.#isFull) return this.#fail(now);
    this.#before = this.#rate(sentBytes, now);
    this.#enter("trying", now);
    return "begin";
  }

  /** The browser measured packets: they waited so many ms beyond the least. */
  measured(wait: number, now: number): void {
    if (this.#state !== "trying" || (this.#markAt !== 0 && now >= this.#markAt + ANSWER)) this.#wait = wait;
  }

  #judge(sentBytes: number, now: number): Step {
    const time = now - this.#since;
    if (this.#markAt === 0 && time >= SET_UP) return this.#mark(sentBytes, now);
    const end = SET_UP + TRIAL;
    if (this.#wait === null && time >= end - LOOK && time < end + PATIENCE) return "measure";
    if (time < end) return null;
    if (this.#isFull || this.#rate(sentBytes, now) < GAIN * this.#before) return this.#fail(now);
    this.#state = "kept";
    return null;
  }

  /** Since the last look at it. */
  #isFast(sentBytes: number, now: number): boolean {
    const isFast = this.#markAt !== 0 && this.#rate(sentBytes, now) >= FAST;
    this.#mark(sentBytes, now);
    return isFast;
  }

  #keep(): Step {
    this.#state = "kept";
    return "begin";
  }

  /** Packets meet a queue: more cannot be had of the line. */
  get #isFull(): boolean {
    return this.#wait !== null && this.#wait >= NO_QUEUE;
  }

  #enter(state: "waiting" | "trying", now: number): void {
    this.#state = state;
    this.#since = now;
    this.#markAt = 0;
    this.#wait = null;
  }

  #fail(now: number): Step {
    this.#notBefore = now + AGAIN * Math.min(MOST_BACK_OFF, BACK_OFF ** this.#failures++);
    return this.#giveUp();
  }

  /** Nothing can be told of a link with nothing to send. */
  #giveUp(): Step {
    const tried = this.#state === "trying";
    this.#enter("waiting", this.#since);
    return tried ? "end" : null;
  }

  #mark(sentBytes: number, now: number): Step {
    this.#markAt = now;
    this.#markBytes = sentBytes;
    return "measure";
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
    const isMeasured = link.path.packets !== null;
    const may = active < FEW_PEERS && ctx.speed.up.rate === null && (link.isNear ? "near" : isMeasured);
    const held = link.isSending ? link.backlog.lasts(ctx.now) : null;
    const step = link.lanes.tick(link.sentBytes, held, may, ctx.now);
    if (step !== null) take(ctx, link, step);
  }
}

function take(ctx: Context, link: Link, step: Exclude<Step, null>): void {
  if (step === "measure") measurePath(ctx, link);
  else ctx.emit({ type: "lanes", peer: link.peer, count: link.lanes.count });
}
