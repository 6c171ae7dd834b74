import type { BrowserContext, Page } from "playwright";
import { openPage } from "../src/browsers.ts";
import type { Contender, Outcome } from "../src/contender.ts";
import type { Entry, Run } from "./case.ts";
import { watchArrivals } from "./curve.ts";
import type { DelayProbe } from "./delay-probe.ts";
import { bound, type Network } from "./network.ts";
import type { Rig } from "./rig.ts";
import { rankCorrelation } from "./statistics.ts";
import type { Tracer } from "./trace.ts";

/** Ms that the pages rest before a transfer: what a ping takes then is what the path takes. */
const IDLE_MS = 1_500;
const MB = 1_000_000;

/** From and to, in ms of this process's clock. */
type Span = readonly [number, number];

export interface TransferOptions {
  readonly bytes: number;
  /** Null: loopback. */
  readonly network: Network | null;
  readonly probe: DelayProbe | null;
  /** Writes down what happens; for Starling only. */
  readonly tracer: Tracer | null;
  /** Given each host's profile before it has a page. */
  readonly prepare?: (host: string, context: BrowserContext) => Promise<void> | undefined;
}

/** One contender moves a file from the seed to all receivers, each in a browser of its own. */
export function transferEntry(contender: Contender, options: TransferOptions): Entry {
  return { name: contender.name, run: (rig) => run(rig, contender, options) };
}

async function run(rig: Rig, contender: Contender, options: TransferOptions): Promise<Run> {
  const { bytes, tracer } = options;
  const pages = await openPages(rig, contender.address, options);
  const [sender, ...receivers] = pages.values();
  if (!sender) throw new Error("There is no seed.");
  const start = await contender.prepare({ bytes, sender, receivers });
  const idle = await rest();
  const endTrace = tracer?.watch(rig, pages);
  const measured = await measure(rig, start, options, idle);
  if (endTrace) console.log(`  traced: ${await endTrace()}*`);
  return measured;
}

/**
 * Watches the lines while a transfer takes place.
 * @param idle when the pages rested before it (`rest`)
 */
export async function measure(
  rig: Rig,
  start: () => Promise<Outcome>,
  { bytes, network, probe }: Pick<TransferOptions, "bytes" | "network" | "probe">,
  idle: Span,
): Promise<Run> {
  const drops = watchDrops(rig);
  const arrivals = watchArrivals(rig);
  const startedAt = performance.now();
  const { seconds: finished, duplicateShare, copiesSent } = await start();
  const seconds = Math.max(...finished);
  const { curve, means } = arrivals();
  const delay = probe?.added(idle, [startedAt, startedAt + seconds * 1000]);
  return {
    finished,
    curve,
    figures: {
      seconds,
      rate: bytes / seconds / MB,
      ...(network && { timesBound: seconds / bound(bytes, network), dropped: drops() }),
      ...(delay && { addedDelayMedian: delay.median, addedDelayP95: delay.p95 }),
      ...(duplicateShare !== null && { duplicates: 100 * duplicateShare }),
      ...(copiesSent !== null && finished.length > 1 && { copiesSent }),
      ...(network && ordersOf(network, finished, means)),
    },
  };
}

/** Of receivers whose uplinks differ. */
function ordersOf(network: Network, finished: readonly number[], means: readonly number[]) {
  const uplinks = network.receivers.map(({ up }) => up);
  if (new Set(uplinks).size === 1) return {};
  const sooner = (seconds: readonly number[]) =>
    rankCorrelation(
      uplinks,
      seconds.map((each) => -each),
    );
  return { order: sooner(finished), arrivalOrder: sooner(means) };
}

/** By host, the seed's first. */
async function openPages(rig: Rig, address: string, options: TransferOptions): Promise<Map<string, Page>> {
  const open = async (host: string): Promise<[string, Page]> => {
    const prepare = async (context: BrowserContext) => {
      await options.tracer?.prepare(context);
      await options.prepare?.(host, context);
    };
    return [host, await openPage(await rig.launch(host), address, prepare)];
  };
  return new Map(await Promise.all(["seed", ...rig.receivers].map(open)));
}

/** Returns when the rest began and ended. */
export async function rest(): Promise<Span> {
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return [from, performance.now()];
}

/** Packets that the queue of the seed's uplink drops from now on; asked once. */
function watchDrops(rig: Rig): () => number {
  const counts: number[] = [];
  const stop = rig.netlab?.listen(({ host, droppedByQueue }) => {
    if (host === "seed") counts.push(droppedByQueue);
  });
  return () => {
    stop?.();
    return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
  };
}
