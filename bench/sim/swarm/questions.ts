import { jainIndex, Samples } from "@starling/sim";
import { type BlankShare, blankShare } from "../../../packages/swarm/test/blank-share.ts";
import type { FluidSwarmHost } from "../../../packages/swarm/test/fluid-host.ts";
import {
  crowd,
  equalService,
  finished,
  givenToReceived,
  MBIT,
  oneToMany,
  seconds,
  times,
} from "../../../packages/swarm/test/fluid-scenarios.ts";
import type { FluidSwarm } from "../../../packages/swarm/test/fluid-swarm.ts";
import type { Series } from "../plot.ts";
import type { Question } from "../report.ts";
import { seenAsComplete, superSeeding } from "./super-seeding.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const PIECES = 256;
const UPS = [1, 16] as const;
const SEEDS = [10, 10];

function share(): BlankShare {
  return blankShare(PIECES, 256 * KIB);
}

const SHARE_NOTE = `${PIECES / 4} MB; uplinks 1 to 16 Mbit/s, 40 down; two seeds of 10 Mbit/s`;

/** How long do those wait who give nothing, and what do the others lose? */
export const freeRiders: Question = ({ nodes, seed, log }) => {
  const rows = [0, 0.1, 0.25, 0.4].map((part) => {
    log(`free-riders: ${part * 100} % of ${nodes}`);
    const bad = { conduct: "free-rider", count: Math.round(part * nodes) } as const;
    const swarm = finished(crowd({ seed, share: share(), peers: nodes, seeds: SEEDS, ups: UPS, bad }));
    const good = times(swarm, "contributor").median;
    const free = times(swarm, "free-rider").median;
    return [part * 100, good, free, free / good, givenToReceived(swarm)] as const;
  });
  const line = (name: string, column: 1 | 2): Series => ({ name, points: rows.map((row) => [row[0], row[column]]) });
  return {
    tables: [
      {
        title: `Free-riders among ${nodes} in a flash crowd; ${SHARE_NOTE}; all leave when complete`,
        head: ["free-riders, %", "contributors, s", "free-riders, s", "ratio", "rank correlation given, received"],
        rows,
      },
    ],
    charts: {
      "swarm-free-riders": {
        title: "Median time to completion, by the share of free-riders",
        x: { label: "free-riders, %", min: 0, max: 40 },
        y: { label: "seconds", min: 0 },
        series: [line("contributors", 1), line("free-riders", 2)],
        note: `${nodes} peers in a flash crowd, ${SHARE_NOTE}; seed ${seed}`,
      },
    },
  };
};

/** Does more uplink mean sooner? */
export const giving: Question = ({ nodes, seed, log }) => {
  log(`giving: ${nodes}`);
  const swarm = finished(crowd({ seed, share: share(), peers: nodes, seeds: SEEDS, ups: UPS }));
  const peers = [...swarm.peers].sort((a, b) => a.rates.up - b.rates.up);
  const classes = Array.from({ length: 8 }, (_, i) =>
    peers.slice(Math.floor((i * peers.length) / 8), Math.floor(((i + 1) * peers.length) / 8)),
  );
  const mean = (of: readonly FluidSwarmHost[], value: (host: FluidSwarmHost) => number) =>
    of.reduce((sum, host) => sum + value(host), 0) / of.length;
  const rows = classes.map((of) => [
    mean(of, (host) => host.rates.up / MBIT),
    mean(of, (host) => (host.givenWhenComplete / seconds(host) / MBIT) as number),
    mean(of, (host) => host.received / seconds(host) / MBIT),
    mean(of, seconds),
  ]);
  const points = (column: number) => rows.map((row) => [row[0] ?? 0, row[column] ?? 0] as const);
  return {
    tables: [
      {
        title: `${nodes} peers by uplink, eight classes; rank correlation of given and received ${givenToReceived(swarm).toFixed(2)}`,
        head: ["uplink, Mbit/s", "given, Mbit/s", "received, Mbit/s", "seconds"],
        rows,
      },
    ],
    charts: {
      "swarm-giving": {
        title: "Given and received, by uplink",
        x: { label: "uplink, Mbit/s", min: 0 },
        y: { label: "Mbit/s until completion", min: 0 },
        series: [
          { name: "received", points: points(2) },
          { name: "given", points: points(1) },
        ],
        note: `${nodes} peers in a flash crowd, ${SHARE_NOTE}; seed ${seed}`,
      },
    },
  };
};

/** Do those who take what they can and come back again and again hurt the honest? */
export const greedy: Question = ({ seed, log }) => {
  const rows = [0, 1, 3, 6].map((count) => {
    log(`greedy: ${count} of 32`);
    const bad = { conduct: "greedy", count } as const;
    const swarm = finished(crowd({ seed, share: share(), peers: 32, seeds: SEEDS, ups: UPS, bad }));
    return [count, times(swarm, "contributor").median, times(swarm, "greedy").median];
  });
  const title = `Greedy peers of 32 (linked to all, giving nothing, back under their id every 25 s); ${SHARE_NOTE}`;
  return { tables: [{ title, head: ["greedy", "honest, s", "greedy, s"], rows }], charts: {} };
};

/** A flash crowd against arrivals one by one, and seeds that leave. */
export const arrivals: Question = ({ nodes, seed, log }) => {
  const base = { seed, share: share(), peers: nodes, seeds: SEEDS, ups: UPS };
  const cases: [string, FluidSwarm][] = [
    ["flash crowd", crowd(base)],
    ["flash, all stay", crowd({ ...base, lingerMs: Number.POSITIVE_INFINITY })],
    ["one each 2 s", crowd({ ...base, every: 2_000 })],
    ["seeds leave at 150 s", crowd({ ...base, seedsLeaveAt: 150_000 })],
  ];
  const runs = cases.map(([name, swarm]) => {
    log(`arrivals: ${name}`);
    swarm.run(1_800_000);
    return {
      name,
      all: swarm.peers.map((host) => (Number.isNaN(host.completedAt) ? Number.POSITIVE_INFINITY : seconds(host))),
    };
  });
  const stats = runs.map(({ name, all }) => {
    const samples = new Samples();
    for (const value of all) samples.add(value);
    const done = all.filter(Number.isFinite).length;
    return [name, (100 * done) / all.length, samples.quantile(0.1), samples.median, samples.quantile(0.9)];
  });
  const curve = ({ name, all }: (typeof runs)[number]): Series => ({
    name,
    points: quantiles(all).map(([part, value]) => [value, part * 100] as const),
  });
  return {
    tables: [
      {
        title: `${nodes} peers, time from arrival to completion; ${SHARE_NOTE}`,
        head: ["", "complete, %", "first tenth, s", "median, s", "last tenth, s"],
        rows: stats,
      },
    ],
    charts: {
      "swarm-arrivals": {
        title: "Peers that are complete, by time since their arrival",
        x: { label: "seconds since arrival", min: 0 },
        y: { label: "complete, %", min: 0, max: 100 },
        series: runs.map(curve),
        note: `${nodes} peers, ${SHARE_NOTE}; seed ${seed}`,
      },
    },
  };
};

function quantiles(values: readonly number[]): (readonly [number, number])[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return Array.from({ length: 11 }, (_, i) => {
    const at = Math.min(sorted.length - 1, Math.floor((i / 10) * sorted.length));
    return [(at + 1) / values.length, sorted[at] ?? Number.NaN] as const;
  });
}

/** How equally do seeds serve? */
export const service: Question = ({ seed, log }) => {
  log("service: 20 peers, 15 minutes");
  const swarm = crowd({ seed, share: blankShare(1024, 256 * KIB), peers: 20, seeds: [6, 6], ups: [0.5, 2] });
  swarm.run(900_000);
  const rows = swarm.seeds.map((host, i) => [
    `seed ${i + 1}`,
    equalService(swarm, host),
    jainIndex(swarm.peers.map((peer) => peer.from.get(host.id) ?? 0)),
  ]);
  return {
    tables: [
      { title: "Jain's index of what two seeds give to 20 peers in 15 minutes", head: ["", "time", "bytes"], rows },
    ],
    charts: {},
  };
};

/** Ways for a sole seed to send what nobody has. */
export const soleSeed: Question = ({ log }) => {
  const ways: [string, (swarm: FluidSwarm) => void][] = [
    ["serves what is asked for", seenAsComplete],
    [
      "shows two pieces at a time (BEP 16)",
      (swarm) => {
        seenAsComplete(swarm);
        superSeeding(swarm, swarm.seeds[0]!.id);
      },
    ],
    ["refuses repeats (built)", () => undefined],
  ];
  const cases: [string, readonly number[], number][] = [
    ["8 MB, five of 8 Mbit/s", [8, 8, 8, 8, 8], 8 * MIB],
    ["32 MB, five of 8 Mbit/s", [8, 8, 8, 8, 8], 32 * MIB],
    ["8 MB, 2, 4, 8, 16, 32 Mbit/s", [2, 4, 8, 16, 32], 8 * MIB],
    ["32 MB, 2, 4, 8, 16, 32 Mbit/s", [2, 4, 8, 16, 32], 32 * MIB],
  ];
  const rows = cases.flatMap(([name, ups, bytes]) =>
    ways.map(([way, prepare]) => {
      log(`sole seed: ${name}, ${way}`);
      const runs = [1, 2, 3, 4, 5].map((seed) => oneToMany({ seed, seedUp: 8, ups, down: 40, bytes }, prepare));
      const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[2] ?? Number.NaN;
      return [name, way, median(runs.map(({ ratio }) => ratio)), median(runs.map(({ seedGave }) => seedGave))];
    }),
  );
  const title = "A seed of 8 Mbit/s to five: medians of five runs";
  return {
    tables: [{ title, head: ["", "the seed", "time over the bound", "given over the share"], rows }],
    charts: {},
  };
};
