import type { DelaySample } from "@starling/protocol";
import { DeliveryRate, type Departure } from "./delivery-rate.ts";
import { type Flow, LOST_AFTER } from "./flow.ts";
import { QUEUE_TARGET } from "./queue-target.ts";

const KIB = 1024;
const MIN_WINDOW = 16 * KIB;
const MAX_WINDOW = 8 * 1024 * KIB;
/** The window limits what is sent once so many times what is under way would not fit. */
const FULL_FROM = 1.5;
/** Part of itself that the window grows by in a round trip without any queue. */
const STEP = 1 / 16;
/**
 * Beyond what the rate needs, the window grows while blocks wait for less than this part of the target: what it needs
 * lets them wait for the whole target already.
 */
const GROWTH_END = 0.4;
/** Slow start ends at this part of that (LEDBAT++, draft-irtf-iccrg-ledbat-plus-plus, section 4.2). */
const SLOW_START_EXIT = 0.75;
/**
 * Slow start goes no further than so many times what the rate seen needs, or carries in a round trip without a queue. Twice
 * the former left a queue of 200 ms, and then dropped packets, in one of twenty starts at 20 Mbit/s (docs/decisions/0017).
 */
const SLOW_START_ROOM = 1.5;
const SLOW_START_LEAD = 2;
/** Blocks over which round trips are averaged. */
const AVERAGED = 16;
/** What a peer that does not report may have under way, beside all others; given up each {@link LOST_AFTER} ms. */
const MUTE_BYTES = 256 * KIB;

/**
 * The uplink governor: how many bytes of blocks may be under way to all peers together, so that the queue before the
 * narrowest line stays short (delay-based as LEDBAT, RFC 6817, with slow start and multiplicative decrease of LEDBAT++).
 * It is clocked by the delay samples that requests bring and needs no timer.
 *
 * The uplink is what all flows share, so only the least queueing delay among them is its own; what one flow shows beyond
 * that is the peer's downlink, which its request window deals with. A lost packet delays all that follow it, and SCTP,
 * which answers to that by itself, opens its own window only while it is used. So however long blocks take, the window
 * stays at what the rate times the least round trip and the target come to; and what SCTP holds back comes on top of it.
 */
export class Governor {
  /** Bytes that may be under way. */
  window: number;
  /** Bytes handed to channels and neither reported nor given up. */
  flight = 0;
  /** Of those, bytes that SCTP's own window holds back in a channel: they take no room on the line. */
  held = 0;
  #slowStart = true;
  /** Ms of the flows' least round trips in the mean, by blocks: each has its part under way. */
  #leastTrip = 0;
  readonly #flows = new Set<Flow>();
  readonly #rate = new DeliveryRate();
  /** The round trip in progress: since when, bytes reported, and least part of {@link GROWTH_END} that was taken. */
  #roundAt = 0;
  #roundBytes = 0;
  #roundFill = Number.POSITIVE_INFINITY;

  /** @param start bytes that may be under way before anything is known. */
  constructor(start: number) {
    this.window = start;
  }

  /** Whether a block of so many bytes may leave. One always may. */
  hasRoom(flow: Flow, bytes: number): boolean {
    if (flow.mute) return flow.bytes + bytes <= MUTE_BYTES;
    return this.flight === 0 || this.#onLine + bytes <= this.window;
  }

  /** Whether the uplink could carry more than it does; null while nothing is known of it. */
  get spare(): boolean | null {
    return this.rate === 0 ? null : !this.#isLimiting;
  }

  /** Bytes per second that reports confirmed lately; 0 while unknown. */
  get rate(): number {
    return this.#rate.best;
  }

  /** A block was handed to a channel. */
  sent(flow: Flow, bytes: number, now: number): void {
    this.#flows.add(flow);
    flow.departures.push(this.#rate.left(bytes, this.flight === 0, now));
    if (!flow.mute) this.flight += bytes;
  }

  /** A request told of blocks that arrived, their one-way delays in ms with the clocks' offset included. */
  reported(flow: Flow, samples: readonly DelaySample[], now: number): void {
    if (samples.length > 0) this.#mute(flow, false);
    const limited = this.#isLimiting;
    const landed: Departure[] = [];
    for (const [sentAt, oneWay] of samples) {
      const departure = flow.land(sentAt);
      if (departure === null) continue;
      landed.push(departure);
      this.#observe(flow, departure, oneWay, now);
    }
    if (landed.length === 0) return;
    flow.reportedAt = now;
    this.#rate.landed(landed, now);
    this.#adapt(flow, landed, limited, now);
  }

  /** The peer is gone: nothing of it is under way any more. */
  forget(flow: Flow): void {
    if (!flow.mute) this.flight -= flow.bytes;
    flow.departures.length = 0;
    this.#flows.delete(flow);
  }

  /** Gives up blocks whose report is long overdue: their peer stalls, or wants nothing more. */
  expire(now: number): void {
    for (const flow of this.#flows) {
      const bytes = flow.giveUp(now);
      if (!flow.mute) this.flight -= bytes;
      // While other blocks are reported, one association of several waits for a repetition.
      if (bytes > 0 && !flow.isFresh(now)) this.#mute(flow, true);
      if (flow.departures.length === 0 && !flow.isFresh(now)) this.#flows.delete(flow);
    }
  }

  /** The line will soon have nothing to carry. */
  get idles(): boolean {
    return this.#onLine < (this.rate * this.#leastTrip) / 1000;
  }

  get #onLine(): number {
    return this.flight - this.held;
  }

  /** Little room is left. */
  get #isLimiting(): boolean {
    return FULL_FROM * this.#onLine >= this.window;
  }

  #observe(flow: Flow, { at, bytes }: Departure, oneWay: number, now: number): void {
    const roundTrip = Math.max(1, now - at);
    const length = this.rate > 0 ? (bytes / this.rate) * 1000 : 0;
    flow.path.sample({ oneWay, roundTrip, length }, now);
    flow.roundTrip += (roundTrip - flow.roundTrip) / (flow.roundTrip === 0 ? 1 : 8);
    this.#leastTrip += (flow.path.minRoundTrip - this.#leastTrip) / (this.#leastTrip === 0 ? 1 : AVERAGED);
    this.flight -= bytes;
  }

  #mute(flow: Flow, mute: boolean): void {
    if (flow.mute === mute) return;
    flow.mute = mute;
    this.flight += mute ? -flow.bytes : flow.bytes;
  }

  /** @param limited the window limited what was sent. */
  #adapt({ roundTrip }: Flow, landed: readonly Departure[], limited: boolean, now: number): void {
    const bytes = landed.reduce((sum, block) => sum + block.bytes, 0);
    const largest = landed.reduce((most, block) => Math.max(most, block.bytes), 0);
    const needed = Math.max(2 * largest, (this.rate * (this.#leastTrip + QUEUE_TARGET)) / 1000);
    const fill = this.#queueing(now) / (GROWTH_END * QUEUE_TARGET);
    // While the rate rises, blocks wait for SCTP's own slow start and not for the line.
    if (fill > SLOW_START_EXIT && !this.#rate.isRising(roundTrip, now)) this.#slowStart = false;
    if (limited && this.#slowStart) this.#double(bytes, needed);
    else if (limited) this.#step(bytes, fill, roundTrip, now);
    this.window = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, needed, this.window));
  }

  #queueing(now: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const flow of this.#flows) if (flow.isFresh(now)) least = Math.min(least, flow.path.queueing);
    return least;
  }

  #double(bytes: number, needed: number): void {
    const empty = (this.rate * this.#leastTrip) / 1000;
    const most = Math.max(SLOW_START_ROOM * needed, SLOW_START_LEAD * empty);
    this.window = Math.min(this.window + bytes, Math.max(this.window, most));
  }

  /**
   * With one peer the least delay of a round trip counts, for a lost packet delays the blocks behind it; with several, the
   * least of them all does, and at once.
   */
  #step(bytes: number, fill: number, roundTrip: number, now: number): void {
    this.#roundBytes += bytes;
    this.#roundFill = Math.min(this.#roundFill, fill);
    if (this.#flows.size === 1 && now - this.#roundAt < roundTrip) return;
    const change = this.#roundFill > 1 ? Math.max(-0.5, 1 - this.#roundFill) : (1 - this.#roundFill) * STEP;
    this.window += change * this.#roundBytes;
    this.#roundAt = now;
    this.#roundBytes = 0;
    this.#roundFill = Number.POSITIVE_INFINITY;
  }
}
