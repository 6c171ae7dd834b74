import type { Context } from "./context.ts";

/** Associations beside a link's own. Four share a lossy path about as well as any number (raw channel: 1.53 against 0.38 MB/s). */
const LANES = 3;
/** With more peers than this at once, their links are lanes enough to one another. */
const FEW_PEERS = 3;
/** Ms that a link has had more to send than it could, before a trial; the rate of the last half counts. */
const BUSY = 1250;
/** Ms that connecting may take, and that the trial lasts then. */
const SET_UP = 1000;
const TRIAL = 2000;
/**
 * What a trial has to gain, and ms after which one that did not is repeated; four times as long each time. The first is soon:
 * the rate before it may have been that of SCTP's slow start, before its first loss.
 */
const GAIN = 1.2;
const AGAIN = 1000;
const BACK_OFF = 4;

/** Whether further associations pay: those of a link that is held by loss or distance are tried for two seconds. */
export class LaneTrial {
  #state: "waiting" | "busy" | "trying" | "kept" = "waiting";
  #since = 0;
  #markAt = 0;
  #markBytes = 0;
  #before = 0;
  #notBefore = 0;
  #failures = 0;

  /** @param busy there is more to send than goes. @param may a trial may begin. */
  tick(sentBytes: number, busy: boolean, may: boolean, now: number): number | null {
    if (this.#state === "kept") return null;
    if (!busy) return this.#giveUp();
    if (this.#state === "trying") return this.#judge(sentBytes, now);
    if (this.#state === "waiting") {
      this.#state = "busy";
      this.#since = now;
      this.#markAt = 0;
    }
    const time = now - this.#since;
    if (this.#markAt === 0 && time >= BUSY / 2) this.#mark(sentBytes, now);
    if (time < BUSY || !may || now < this.#notBefore) return null;
    this.#before = this.#rate(sentBytes, now);
    this.#state = "trying";
    this.#since = now;
    this.#markAt = 0;
    return LANES;
  }

  #judge(sentBytes: number, now: number): number | null {
    const time = now - this.#since;
    if (this.#markAt === 0 && time >= SET_UP) this.#mark(sentBytes, now);
    if (time < SET_UP + TRIAL) return null;
    if (this.#rate(sentBytes, now) >= GAIN * this.#before) {
      this.#state = "kept";
      return null;
    }
    this.#notBefore = now + AGAIN * BACK_OFF ** this.#failures++;
    return this.#giveUp();
  }

  /** Nothing can be told of a link with nothing to send. */
  #giveUp(): number | null {
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
    const count = link.lanes.tick(link.sentBytes, link.isSending, may, ctx.now);
    if (count !== null) ctx.emit({ type: "lanes", peer: link.peer, count });
  }
}
