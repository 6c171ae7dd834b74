import { logNormal } from "../distributions.ts";
import type { Random } from "../random.ts";

/** What making a link costs. All times in ms. */
export interface DialCosts {
  /** Gathering, connectivity checks, DTLS and SCTP, after the descriptions are exchanged. */
  readonly medianMs: number;
  /** Standard deviation of the logarithm: 0.5 puts 5 % above 2.3 times the median. */
  readonly sigma: number;
  /** Pairs that never connect: both behind NATs that give every destination another port, and no relay. */
  readonly pairFailure: number;
  /** Attempts that fail though the pair can connect. */
  readonly attemptFailure: number;
  /** After which a failing attempt is given up (connect's ICE timeout). */
  readonly giveUpMs: number;
  /** RTCPeerConnections that Chrome allows in a page's lifetime, closed and failed ones included. */
  readonly limit: number;
  /** Links that one node keeps in all (connect's limit). */
  readonly maxLinks: number;
}

/** With the four carried messages before it a dial takes 1 to 2 s in the median; 12 % of dials fail. */
export const DIAL_COSTS: DialCosts = {
  medianMs: 1_100,
  sigma: 0.5,
  pairFailure: 0.08,
  attemptFailure: 0.04,
  giveUpMs: 15_000,
  limit: 500,
  maxLinks: 88,
};

/** How long the attempt takes, or null if it fails. A pair that cannot connect is the same pair at every attempt. */
export function drawDial(random: Random, costs: DialCosts, a: number, b: number): number | null {
  const took = logNormal(random, costs.medianMs, costs.sigma);
  const fails = random.unit() < costs.attemptFailure;
  return fails || !connectable(costs, a, b) || took > costs.giveUpMs ? null : took;
}

/** Whether two nodes, by their indices, can connect at all. */
export function connectable(costs: DialCosts, a: number, b: number): boolean {
  return pairShare(a, b) >= costs.pairFailure;
}

/** A fixed number from 0 to 1 for a pair of nodes: their indices through MurmurHash3's finalizer. */
function pairShare(a: number, b: number): number {
  let hash = Math.imul(Math.min(a, b) + 1, 0x9e3779b1) ^ Math.imul(Math.max(a, b) + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}
