import { distributionBound, jainIndex, type NodeRates, Random, rankCorrelation, Samples } from "@starling/sim";
import { type BlankShare, blankShare } from "./blank-share.ts";
import type { Conduct, FluidSwarmHost } from "./fluid-host.ts";
import { FluidSwarm } from "./fluid-swarm.ts";

/** Bytes per second. */
export const MBIT = 125_000;
const KIB = 1024;
const LIMIT_MS = 4 * 3_600_000;

export interface OneToMany {
  readonly seed: number;
  /** Mbit/s. */
  readonly seedUp: number;
  readonly ups: readonly number[];
  readonly down: number;
  readonly bytes: number;
}

export interface OneToManyResult {
  /** Time to the last over the bound. */
  readonly ratio: number;
  /** Seconds to completion, in the order of `ups`. */
  readonly finish: readonly number[];
  /** Mean seconds to a piece, in the order of `ups`. */
  readonly arrival: readonly number[];
  /** Bytes that the seed gave over the share's. */
  readonly seedGave: number;
}

/** One seed and receivers that come at once, 25 ms one way, pieces of 128 KiB; from "go", dialling included. */
export function oneToMany(options: OneToMany, prepare: (swarm: FluidSwarm) => void = () => undefined): OneToManyResult {
  const share = blankShare(Math.ceil(options.bytes / (128 * KIB)), 128 * KIB);
  const swarm = new FluidSwarm({ seed: options.seed, share, stepMs: 25 });
  const origin = swarm.addSeed({ up: options.seedUp * MBIT, down: 100 * MBIT });
  prepare(swarm);
  const rates = options.ups.map((up): NodeRates => ({ up: up * MBIT, down: options.down * MBIT }));
  for (const each of rates) swarm.addPeer({ rates: each });
  if (!swarm.run(LIMIT_MS)) throw new Error("not everybody completed");
  const finish = swarm.peers.map(seconds);
  return {
    ratio: Math.max(...finish) / distributionBound(share.bytes, origin.rates.up, rates),
    finish,
    arrival: swarm.peers.map((host) => host.pieceTimes / host.pieces / 1000),
    seedGave: origin.given / share.bytes,
  };
}

export interface Crowd {
  readonly seed: number;
  readonly share: BlankShare;
  readonly peers: number;
  /** Uplinks of the seeds, Mbit/s. */
  readonly seeds: readonly number[];
  /** Uplinks are drawn from here, evenly on a logarithmic scale; Mbit/s. */
  readonly ups: readonly [number, number];
  readonly bad?: { readonly conduct: Exclude<Conduct, "contributor">; readonly count: number };
  /** Mean ms between arrivals (Poisson); all within ten seconds (a flash crowd) unless given. */
  readonly every?: number;
  /** Ms that downloaders stay as seeds; none unless given. */
  readonly lingerMs?: number;
  /** When the seeds leave, virtual ms; never unless given. */
  readonly seedsLeaveAt?: number;
}

const FLASH_MS = 10_000;

/** Peers of various uplinks (40 Mbit/s down) that come, download and leave. Not run yet. */
export function crowd(options: Crowd): FluidSwarm {
  const { seed, share, peers, bad } = options;
  const swarm = new FluidSwarm({ seed, share, stepMs: 100, lingerMs: options.lingerMs ?? 0 });
  const random = new Random(seed + 1);
  for (const up of options.seeds) {
    const host = swarm.addSeed({ up: up * MBIT, down: 100 * MBIT });
    if (options.seedsLeaveAt !== undefined) swarm.world.after(options.seedsLeaveAt, () => swarm.remove(host));
  }
  const [least, most] = options.ups;
  let at = 0;
  for (let i = 0; i < peers; i++) {
    const up = least * (most / least) ** random.unit();
    at = options.every === undefined ? random.unit() * FLASH_MS : at - Math.log(1 - random.unit()) * options.every;
    const conduct = bad !== undefined && i < bad.count ? bad.conduct : "contributor";
    swarm.addPeer({ rates: { up: up * MBIT, down: 40 * MBIT }, conduct }, at);
  }
  return swarm;
}

/** Runs it to the end. */
export function finished(swarm: FluidSwarm): FluidSwarm {
  if (!swarm.run(LIMIT_MS)) throw new Error("not everybody completed");
  return swarm;
}

/** Seconds from arrival to completion. */
export function seconds(host: FluidSwarmHost): number {
  return (host.completedAt - host.startedAt) / 1000;
}

export function times(swarm: FluidSwarm, conduct: Conduct): Samples {
  const samples = new Samples();
  for (const host of swarm.peers) if (host.conduct === conduct) samples.add(seconds(host));
  return samples;
}

/** Spearman's, over contributors: bytes given and bytes received, both per second until completion. */
export function givenToReceived(swarm: FluidSwarm): number {
  const good = swarm.peers.filter((host) => host.conduct === "contributor");
  return rankCorrelation(good.map((host) => [host.givenWhenComplete / seconds(host), 1 / seconds(host)]));
}

/** Jain's, over peers linked to the seed for at least a minute: share of the time of their link in which it served them. */
export function equalService(swarm: FluidSwarm, seed: FluidSwarmHost): number {
  const linked = swarm.peers.filter((host) => seed.linkedMs(host.id) > 60_000);
  return jainIndex(linked.map((host) => seed.servedMs(host.id) / seed.linkedMs(host.id)));
}
