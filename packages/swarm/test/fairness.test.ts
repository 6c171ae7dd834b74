import { rankCorrelation, Samples } from "@starling/sim";
import { describe, expect, it } from "vitest";
import { blankShare } from "./blank-share.ts";
import { crowd, equalService, finished, givenToReceived, oneToMany, times } from "./fluid-scenarios.ts";
import type { FluidSwarm } from "./fluid-swarm.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
/** The size of docs/swarm.md; some minutes. */
const FULL = process.env.STARLING_FULL === "1";
const PEERS = FULL ? 200 : 32;

function print(what: string, ...figures: number[]): void {
  console.log(`  ${what}: ${figures.map((figure) => figure.toFixed(3)).join(", ")}`);
}

function median(values: readonly number[]): number {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples.median;
}

const CROWD = { share: blankShare(320, 256 * KIB), seeds: [10], ups: [1, 16] } as const;
const freeRiderRuns = new Map<number, FluidSwarm>();

/** A quarter of the peers gives nothing; each seed is run once. */
function withFreeRiders(seed: number): FluidSwarm {
  const bad = { conduct: "free-rider", count: PEERS / 4 } as const;
  const run = freeRiderRuns.get(seed) ?? finished(crowd({ ...CROWD, seed, peers: PEERS, bad }));
  freeRiderRuns.set(seed, run);
  return run;
}

describe("a swarm of real machines over fluid links", { timeout: FULL ? 1_200_000 : 120_000 }, () => {
  it("brings 8 MB from 8 Mbit/s to five of 8 up, 40 down within 1.25 of the bound", () => {
    const runs = [1, 2, 3].map((seed) =>
      oneToMany({ seed, seedUp: 8, ups: [8, 8, 8, 8, 8], down: 40, bytes: 8 * MIB }),
    );
    print("1 to 5, time over the bound", ...runs.map(({ ratio }) => ratio));
    print("1 to 5, what the seed gave over the share", ...runs.map(({ seedGave }) => seedGave));
    expect(median(runs.map(({ ratio }) => ratio))).toBeLessThanOrEqual(1.25);
  });

  it.each([8, 32])(
    "serves five with uplinks of 2 to 32 Mbit/s within 1.35 of the bound, the seed having %i",
    (seedUp) => {
      const ups = [2, 4, 8, 16, 32];
      const runs = [1, 2, 3].map((seed) => oneToMany({ seed, seedUp, ups, down: 40, bytes: 32 * MIB }));
      const sooner = runs.map(({ arrival }) => rankCorrelation(ups.map((up, i) => [up, -(arrival[i] ?? 0)])));
      print(`uplinks 2 to 32, seed ${seedUp}, time over the bound`, ...runs.map(({ ratio }) => ratio));
      print(`uplinks 2 to 32, seed ${seedUp}, who gives more gets it sooner (rank correlation)`, ...sooner);
      expect(median(runs.map(({ ratio }) => ratio))).toBeLessThanOrEqual(1.35);
      expect(median(sooner)).toBeGreaterThanOrEqual(0.6);
    },
  );

  it("gives more to whoever gives more", () => {
    // Runs take 13 s each: the reduced test looks at the contributors among free-riders.
    const runs = FULL ? [finished(crowd({ ...CROWD, seed: 1, peers: PEERS }))] : [1, 2].map(withFreeRiders);
    const correlations = runs.map(givenToReceived);
    print(`rank correlation of given and received, ${PEERS} peers`, ...correlations);
    const mean = correlations.reduce((sum, each) => sum + each, 0) / correlations.length;
    // Eight seeds come to 0.89 in the mean, single ones to 0.75 and 0.96 (docs/swarm.md); 200 peers are run once.
    expect(mean).toBeGreaterThanOrEqual(FULL ? 0.75 : 0.8);
  });

  it.runIf(FULL)("lets a seed serve all for equal times", () => {
    // So much that nobody completes while the seeds are watched.
    const share = blankShare(768, 256 * KIB);
    const swarm = crowd({ seed: 1, share, peers: 20, seeds: [6, 6], ups: [0.5, 2] });
    swarm.run(600_000);
    const indices = swarm.seeds.map((seed) => equalService(swarm, seed));
    print("Jain's index of the service of two seeds", ...indices);
    expect(Math.min(...indices)).toBeGreaterThanOrEqual(0.95);
  });

  it("makes free-riders wait 1.5 times as long as contributors", () => {
    const swarm = withFreeRiders(1);
    const ratio = times(swarm, "free-rider").median / times(swarm, "contributor").median;
    print(`median time of free-riders (25 %) over that of contributors, ${PEERS} peers`, ratio);
    expect(ratio).toBeGreaterThanOrEqual(1.5);
  });

  it.runIf(FULL)("keeps three greedy peers of 32 from hurting the honest", () => {
    const of = (count: number) => {
      const bad = { conduct: "greedy", count } as const;
      const share = blankShare(160, 256 * KIB);
      return finished(crowd({ seed: 1, share, peers: 32, seeds: [10, 10], ups: [1, 16], bad }));
    };
    const [none, three] = [of(0), of(3)];
    const ratio = times(three, "contributor").median / times(none, "contributor").median;
    print("median time of the honest with three greedy of 32 over that without", ratio);
    print(
      "median time of the greedy over that of the honest",
      times(three, "greedy").median / times(three, "contributor").median,
    );
    expect(ratio).toBeLessThanOrEqual(1.5);
  });
});
