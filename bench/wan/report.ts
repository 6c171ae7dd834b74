import { type Chart, plot } from "../sim/plot.ts";
import { render, type Table } from "../sim/report.ts";
import type { Case, Figures, Run } from "./case.ts";
import { median } from "./statistics.ts";

/** What one entry did in all rounds; a run that failed is left out. */
export interface Row {
  readonly name: string;
  readonly runs: Run[];
}

const COLUMNS: readonly (readonly [keyof Figures, string])[] = [
  ["seconds", "seconds"],
  ["rate", "MB/s"],
  ["timesBound", "times the bound"],
  ["addedDelayMedian", "added ms, median"],
  ["addedDelayP95", "added ms, 95th"],
  ["dropped", "dropped"],
  ["duplicates", "% twice"],
  ["copiesSent", "copies sent"],
  ["order", "order"],
  ["arrivalOrder", "order of bytes"],
  ["page", "page ms"],
  ["list", "list ms"],
  ["firstByte", "first byte ms"],
  ["roundTrips", "round trips"],
  ["firstFrame", "first frame s"],
  ["seek", "seek s"],
];

/** Medians over the rounds, and rates beside the first entry's; columns that no entry has are left out. */
export function tableOf({ title }: Case, rows: readonly Row[]): string {
  const columns = COLUMNS.filter(([key]) => rows.some(({ runs }) => runs.some(({ figures }) => key in figures)));
  const first = rows[0] ? medianOf(rows[0].runs, "rate") : Number.NaN;
  const compared = rows.length > 1 && Number.isFinite(first);
  const table: Table = {
    title,
    head: ["", "runs", ...columns.map(([, head]) => head), ...(compared ? [`of ${rows[0]?.name}`] : [])],
    rows: rows.map(({ name, runs }) => [
      name,
      runs.length,
      ...columns.map(([key]) => medianOf(runs, key)),
      ...(compared ? [medianOf(runs, "rate") / first] : []),
    ]),
  };
  return render(table);
}

/** The same for programs, with every run. */
export function summaryOf({ name, title }: Case, rows: readonly Row[]): object {
  const medians = ({ runs }: Row) => Object.fromEntries(COLUMNS.map(([key]) => [key, medianOf(runs, key)]));
  return {
    name,
    title,
    entries: rows.map((row) => ({
      name: row.name,
      medians: medians(row),
      runs: row.runs.map(({ figures, finished }) => ({ ...figures, finished })),
    })),
  };
}

/** What came at the receivers against time, one line an entry: its run of median length. Null where nothing was watched. */
export function chartOf({ title }: Case, rows: readonly Row[]): string | null {
  const series = rows.flatMap(({ name, runs }) => {
    const points = middleRun(runs)?.curve ?? [];
    return points.length > 0 ? [{ name, points }] : [];
  });
  if (series.length === 0) return null;
  const chart: Chart = {
    title,
    x: { label: "seconds since the wish to download", min: 0 },
    y: { label: "MB arrived at all receivers, headers included", min: 0 },
    series,
    note: "Each line is the run of median length.",
  };
  return plot(chart);
}

function middleRun(runs: readonly Run[]): Run | undefined {
  const sorted = runs.toSorted((a, b) => (a.figures.seconds ?? 0) - (b.figures.seconds ?? 0));
  return sorted[sorted.length >> 1];
}

function medianOf(runs: readonly Run[], key: keyof Figures): number {
  return median(runs.flatMap(({ figures }) => figures[key] ?? []));
}
