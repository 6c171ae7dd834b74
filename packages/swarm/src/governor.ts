import { MaxRate } from "./max-rate.ts";
import type { PathDelay } from "./path-delay.ts";
import { queueTarget } from "./queue-target.ts";

const KIB = 1024;
const MIN_WINDOW = 16 * KIB;
const MAX_WINDOW = 8 * 1024 * KIB;
/** Part of itself that the window grows by in a round trip without any queue. */
const STEP = 1 / 16;
/** Slow start ends at this part of the target (LEDBAT++, draft-irtf-iccrg-ledbat-plus-plus, section 4.2). */
const SLOW_START_EXIT = 0.75;
/** Slow start goes no further than so many times what the rate seen needs. */
const SLOW_START_LEAD = 2;
/** Blocks without a report for so many round trips, and at least so many ms, are no longer counted as under way. */
const LOST_ROUND_TRIPS = 4;
const LOST_AFTER = 1000;
/** What a peer that does not report may have under way, beside all others; given up each {@link LOST_AFTER} ms. */
const MUTE_BYTES = 256 * KIB;
/** A flow's delay counts for so long after its last report, in ms; at least two of its round trips. */
const FRESH = 500;
/**
 * Ms over which the rate is sampled, and samples of which the best counts: five seconds, or a path that lost a packet would
 * be taken for a slower one before SCTP has recovered.
 */
const RATE_MS = 100;
const RATES = 50;

interface Departure {
  readonly bytes: number;
  readonly at: number;
}

/** Blocks of one share on their way to one peer, and what its reports say of the way. */
export class Flow {
  /** Shared by all flows of a link. */
  readonly path: PathDelay;
  readonly departures: Departure[] = [];
  /** Ms from hand-over to report, smoothed. */
  roundTrip = 0;
  reportedAt = Number.NEGATIVE_INFINITY;
  /** Its reports stay away: its blocks tell nothing of the uplink, and must not take others' room. */
  mute = false;

  constructor(path: PathDelay) {
    this.path = path;
  }

  get patience(): number {
    return Math.max(LOST_AFTER, LOST_ROUND_TRIPS * this.roundTrip);
  }

  get bytes(): number {
    return this.departures.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  isFresh(now: number): boolean {
    return now - this.reportedAt < Math.max(FRESH, 2 * this.roundTrip);
  }
}

/**
 * The uplink governor: how many bytes of blocks may be under way to all peers together, so that the queue before the
 * narrowest line stays short (delay-based as LEDBAT, RFC 6817, with slow start and multiplicative decrease of LEDBAT++).
 * It is clocked by the delay samples that requests bring and needs no timer.
 *
 * The uplink is what all flows share, so only the least queueing delay among them is its own; what one flow shows beyond
 * that is the peer's downlink, which its request window deals with. However long blocks take, the window stays at what the
 * rate times the least round trip and the target come to: a lost packet delays all that follow it, and SCTP, which answers
 * to that by itself, opens its own window only while it is used.
 */
export class Governor {
  /** Bytes that may be under way. */
  window: number;
  /** Bytes handed to channels and neither reported nor given up. */
  flight = 0;
  #slowStart = true;
  readonly #flows = new Set<Flow>();
  readonly #rate = new MaxRate(RATE_MS, RATES);

  /** @param start bytes that may be under way before anything is known. */
  constructor(start: number) {
    this.window = start;
  }

  /** Whether a block of so many bytes may leave. One always may. */
  hasRoom(flow: Flow, bytes: number): boolean {
    if (flow.mute) return flow.bytes + bytes <= MUTE_BYTES;
    return this.flight === 0 || this.flight + bytes <= this.window;
  }

  /** Whether the uplink could carry more than it does; null while nothing is known of it. */
  get spare(): boolean | null {
    return this.rate === 0 ? null : 2 * this.flight < this.window;
  }

  /** Bytes per second that reports confirmed lately; 0 while unknown. */
  get rate(): number {
    return this.#rate.best;
  }

  /** A block was handed to a channel. */
  sent(flow: Flow, bytes: number, now: number): void {
    this.#flows.add(flow);
    flow.departures.push({ bytes, at: now });
    if (!flow.mute) this.flight += bytes;
  }

  /** A request brought one-way delays (ms, the clocks' offset included) of blocks that arrived, oldest first. */
  reported(flow: Flow, samples: readonly number[], now: number): void {
    if (samples.length > 0) this.#mute(flow, false);
    const landed = flow.departures.splice(0, samples.length);
    if (landed.length === 0) return;
    const limited = 1.5 * this.flight >= this.window;
    let bytes = 0;
    let largest = 0;
    landed.forEach((departure, i) => {
      const roundTrip = Math.max(1, now - departure.at);
      const length = this.rate > 0 ? (departure.bytes / this.rate) * 1000 : 0;
      flow.path.sample({ oneWay: samples[i] ?? 0, roundTrip, length }, now);
      flow.roundTrip += (roundTrip - flow.roundTrip) / (flow.roundTrip === 0 ? 1 : 8);
      bytes += departure.bytes;
      largest = Math.max(largest, departure.bytes);
    });
    this.flight -= bytes;
    flow.reportedAt = now;
    this.#rate.add(bytes, now);
    this.#adapt(flow, bytes, largest, limited ? this.#queueing(now) : null);
  }

  /** The peer is gone: nothing of it is under way any more. */
  forget(flow: Flow): void {
    this.#giveUp(flow, flow.departures.length);
    this.#flows.delete(flow);
  }

  /** Gives up blocks whose report is long overdue: their peer stalls, or wants nothing more. */
  expire(now: number): void {
    for (const flow of this.#flows) {
      const { patience, departures } = flow;
      let overdue = 0;
      while (overdue < departures.length && now - (departures[overdue]?.at ?? now) > patience) overdue++;
      this.#giveUp(flow, overdue);
      if (overdue > 0) this.#mute(flow, true);
      if (departures.length === 0 && !flow.isFresh(now)) this.#flows.delete(flow);
    }
  }

  #giveUp(flow: Flow, count: number): void {
    for (const { bytes } of flow.departures.splice(0, count)) if (!flow.mute) this.flight -= bytes;
  }

  #mute(flow: Flow, mute: boolean): void {
    if (flow.mute === mute) return;
    flow.mute = mute;
    this.flight += mute ? -flow.bytes : flow.bytes;
  }

  #queueing(now: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const flow of this.#flows) if (flow.isFresh(now)) least = Math.min(least, flow.path.queueing);
    return least;
  }

  /** @param queueing ms; null if the window did not limit what was sent. @param largest bytes of a block. */
  #adapt(flow: Flow, bytes: number, largest: number, queueing: number | null): void {
    const { minRoundTrip, packets } = flow.path;
    const target = queueTarget(packets ?? minRoundTrip, this.rate);
    const needed = Math.max(2 * largest, (this.rate * (minRoundTrip + target)) / 1000);
    if (queueing !== null) this.#step(bytes, queueing / target, needed);
    this.window = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, needed, this.window));
  }

  /** @param fill part of the target that is taken. @param needed bytes that the path is known to hold. */
  #step(bytes: number, fill: number, needed: number): void {
    // While the rate rises, blocks wait for SCTP's own slow start and not for the line.
    if (this.#slowStart && fill > SLOW_START_EXIT && !this.#rate.rising) this.#slowStart = false;
    if (this.#slowStart) this.window = Math.min(this.window + bytes, Math.max(this.window, SLOW_START_LEAD * needed));
    else this.window += (fill > 1 ? Math.max(-0.5, 1 - fill) : (1 - fill) * STEP) * bytes;
  }
}
