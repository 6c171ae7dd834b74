const MB = 1_000_000;

export interface Measurement {
  /** From the wish to download until the last receiver has verified everything. */
  readonly seconds: number;
  /** Largest JavaScript heap seen in any page, in bytes. */
  readonly peakHeap: number;
}

export interface Row {
  readonly name: string;
  readonly measurements: Measurement[];
}

/** The figures of one contender: median seconds, delivered MB/s, and ratios of rates to the first contender's. */
export interface Figures {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly medianSeconds: number;
  readonly megabytesPerSecond: number;
  readonly ratioToRaw: number;
  readonly ratioToWebTorrent: number;
  readonly peakHeapMegabytes: number;
}

/** @param delivered bytes that reached all receivers together. */
export function summary(rows: readonly Row[], delivered: number): Figures[] {
  const rates = rows.map(({ measurements }) => delivered / median(measurements.map(({ seconds }) => seconds)) / MB);
  const raw = rates[0] ?? Number.NaN;
  const torrent = Math.max(
    ...rows.flatMap(({ name }, index) => (name.startsWith("WebTorrent") ? [rates[index] ?? 0] : [])),
  );
  return rows.map(({ name, measurements }, index) => {
    const rate = rates[index] ?? Number.NaN;
    return {
      name,
      seconds: measurements.map(({ seconds }) => seconds),
      medianSeconds: median(measurements.map(({ seconds }) => seconds)),
      megabytesPerSecond: rate,
      ratioToRaw: rate / raw,
      ratioToWebTorrent: rate / torrent,
      peakHeapMegabytes: Math.max(...measurements.map(({ peakHeap }) => peakHeap)) / MB,
    };
  });
}

/** The same, to read. */
export function table(rows: readonly Row[], delivered: number): string {
  const head = ["", "median s", "MB/s", "of raw", "of best WebTorrent", "peak heap MB"];
  const body = summary(rows, delivered).map((figures) => [
    figures.name,
    figures.medianSeconds.toFixed(2),
    figures.megabytesPerSecond.toFixed(1),
    figures.ratioToRaw.toFixed(2),
    figures.ratioToWebTorrent.toFixed(2),
    figures.peakHeapMegabytes.toFixed(0),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  return [head, ...body]
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
