import { type Chart, plot, type Series } from "../sim/plot.ts";
import type { Trace, TracedEvent, TracedSample } from "./trace.ts";

const POINTS = 60;
const KIB = 1024;

type Timed<Item> = Item & { readonly seconds: number };

/** By the end of their files' names: what is where, how long things take, and how fast it comes. */
export function traceCharts({ events, samples }: Trace): Record<string, string> {
  const end = Math.max(...events.map(({ seconds }) => seconds), 0.001);
  const average = <Item extends object>(name: string, items: readonly Timed<Item>[], value: (item: Item) => number) =>
    averaged(name, items, value, end);
  const [fetching, serving] = [at(events, "peer1"), at(events, "seed")];
  const [seedLine, peerLine] = [at(samples, "seed"), at(samples, "peer1")];
  const blocks = fetching.filter(({ event }) => event === "came");
  return {
    bytes: drawn("Where the bytes are", "KiB", [
      average("asked for", fetching, (e) => e.outstanding / KIB),
      average("seed's own queue", serving, (e) => e.waiting / KIB),
      average("seed's channel", serving, (e) => e.buffered / KIB),
    ]),
    times: drawn("How long things take", "ms", [
      average("block, from asking", blocks, (e) => e.response ?? Number.NaN),
      average("queue, seed's uplink", seedLine, (s) => s.upQueue),
      average("queue, peer's downlink", peerLine, (s) => s.downQueue),
    ]),
    rate: drawn("How fast it comes", "MB/s", [rateOf("blocks at the first peer", blocks, end)]),
  };
}

function at<Item extends TracedEvent | TracedSample>(items: readonly Item[], host: string): Item[] {
  return items.filter((item) => item.host === host && item.seconds >= 0);
}

function averaged<Item extends object>(
  name: string,
  items: readonly Timed<Item>[],
  value: (item: Item) => number,
  end: number,
): Series {
  const spans = Array.from({ length: POINTS }, () => ({ sum: 0, count: 0 }));
  for (const item of items) {
    const span = spans[Math.floor((item.seconds / end) * POINTS)];
    if (!span) continue;
    span.sum += value(item);
    span.count++;
  }
  const points = spans.map(({ sum, count }, i) => [((i + 0.5) / POINTS) * end, sum / count] as const);
  return { name, points: points.filter(([, y]) => Number.isFinite(y)) };
}

function rateOf(name: string, blocks: readonly TracedEvent[], end: number): Series {
  const bytes = new Array<number>(POINTS).fill(0);
  for (const block of blocks) {
    const span = Math.min(POINTS - 1, Math.floor((block.seconds / end) * POINTS));
    bytes[span] = (bytes[span] ?? 0) + block.bytes;
  }
  const width = end / POINTS;
  return { name, points: bytes.map((count, i) => [(i + 0.5) * width, count / width / 1e6] as const) };
}

function drawn(title: string, unit: string, series: readonly Series[]): string {
  const chart: Chart = {
    title,
    x: { label: "seconds since the wish to download", min: 0 },
    y: { label: unit, min: 0 },
    series: series.filter(({ points }) => points.length > 0),
    note: "",
  };
  return plot(chart);
}
