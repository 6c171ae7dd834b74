import type { Rig } from "./rig.ts";

export type Point = readonly [seconds: number, megabytes: number];

/** Points of a curve at most, so that its marks can be told apart. */
const POINTS = 24;

/** Watches what comes at the receivers' hosts from now on; the result tells when asked. Empty on loopback. */
export function watchArrivals(rig: Rig): () => Point[] {
  const started = performance.now();
  const before = new Map<string, number>();
  const since = new Map<string, number>();
  const points: Point[] = [];
  const stop = rig.netlab?.listen(({ at, host, receivedBytes }) => {
    if (!rig.receivers.includes(host)) return;
    if (!before.has(host)) before.set(host, receivedBytes);
    since.set(host, receivedBytes - (before.get(host) ?? 0));
    if (host === rig.receivers.at(-1)) points.push([(at - started) / 1000, sum(since.values()) / 1e6]);
  });
  return () => {
    stop?.();
    return thinned(points);
  };
}

function thinned(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / POINTS));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
