import type { Point } from "./curve.ts";
import type { Network } from "./network.ts";
import type { Rig } from "./rig.ts";
import type { Tracer } from "./trace.ts";

/** What one run told; a case has those that make sense for it. Times in seconds unless named otherwise. */
export interface Figures {
  /** From the wish to download until the last receiver has verified everything. */
  readonly seconds: number;
  /** Content to each receiver in that time, 10^6 bytes per second. */
  readonly rate: number;
  /** `seconds` in multiples of what no way of moving the file can beat. */
  readonly timesBound: number;
  /** Of a ping from seed to first receiver, in ms. */
  readonly addedDelayMedian: number;
  readonly addedDelayP95: number;
  /** Per cent of what came. */
  readonly duplicates: number;
  /** What the seed sent of content, in copies of the file. */
  readonly copiesSent: number;
  /** How far the order in which receivers were done follows their uplinks: 1 if who can give more is done sooner, to -1. */
  readonly order: number;
  /** The same of the mean time until a byte came. */
  readonly arrivalOrder: number;
  /** Ms from the beginning: until the page's script runs, the list of files is known, a first piece is verified. */
  readonly page: number;
  readonly list: number;
  readonly firstByte: number;
  /** `firstByte` in round trips of the path. */
  readonly roundTrips: number;
  /** Of a film: seconds from pressing Play to a picture, and from seeking to the picture there. */
  readonly firstFrame: number;
  readonly seek: number;
  /** Packets that found the queue of the seed's uplink full. */
  readonly dropped: number;
}

export interface Run {
  readonly figures: Partial<Figures>;
  /** When each receiver was done, in their order. */
  readonly finished?: readonly number[];
  /** Bytes that came at all receivers' hosts, in MB over seconds. */
  readonly curve?: readonly Point[];
}

/** Somebody or something to measure: a contender, perhaps under a condition. */
export interface Entry {
  readonly name: string;
  run(rig: Rig): Promise<Run>;
}

/** One question that is put to every entry. */
export interface Case {
  /** For `--case`. */
  readonly name: string;
  readonly title: string;
  /** Null: this machine's loopback. */
  readonly network: Network | null;
  /** @param tracer null: nothing is traced. */
  entries(rig: Rig, tracer: Tracer | null): Promise<readonly Entry[]>;
}
