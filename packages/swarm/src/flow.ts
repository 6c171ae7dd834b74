import type { Departure } from "./delivery-rate.ts";
import type { PathDelay } from "./path-delay.ts";

/** Blocks without a report for so many round trips, and at least so many ms, are no longer counted as under way. */
const LOST_ROUND_TRIPS = 4;
export const LOST_AFTER = 1000;
/** A flow's delay counts for so long after its last report, in ms; at least two of its round trips. */
const FRESH = 500;

/** A time as a block carries it and its report names it: whole ms modulo 2^32. */
export function stamp(now: number): number {
  return Math.floor(now) >>> 0;
}

/** Blocks of one share on their way to one peer, and what its reports say of the way. */
export class Flow {
  /** Shared by all flows of a link. */
  readonly path: PathDelay;
  /** Oldest first. */
  readonly departures: Departure[] = [];
  /** Ms from hand-over to report, smoothed. */
  roundTrip = 0;
  reportedAt = Number.NEGATIVE_INFINITY;
  /** Its reports stay away: its blocks tell nothing of the uplink, and must not take others' room. */
  mute = false;

  constructor(path: PathDelay) {
    this.path = path;
  }

  get bytes(): number {
    return this.departures.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  isFresh(now: number): boolean {
    return now - this.reportedAt < Math.max(FRESH, 2 * this.roundTrip);
  }

  /** Takes a block off that left then; null if none did. Over several associations blocks overtake one another. */
  land(sentAt: number): Departure | null {
    const index = this.departures.findIndex(({ at }) => stamp(at) === sentAt);
    return this.departures.splice(index, index < 0 ? 0 : 1)[0] ?? null;
  }

  /** Takes off what is long overdue, and says how many bytes that is. */
  giveUp(now: number): number {
    const patience = Math.max(LOST_AFTER, LOST_ROUND_TRIPS * this.roundTrip);
    let bytes = 0;
    for (let [oldest] = this.departures; oldest && now - oldest.at > patience; [oldest] = this.departures) {
      bytes += oldest.bytes;
      this.departures.shift();
    }
    return bytes;
  }
}
