import type { Rig } from "./rig.ts";

export type Point = readonly [seconds: number, megabytes: number];

/** Points of a curve at most, so that its marks can be told apart. */
const POINTS = 24;

/** What came at the receivers' hosts until this is asked for. */
export interface Arrivals {
  /** Of all of them together. */
  readonly curve: Point[];
  /** Mean seconds until a byte came, by receiver. */
  readonly means: number[];
}

/** What came at one host. */
class Arrived {
  bytes = 0;
  #before: number | null = null;
  #weighted = 0;

  /** @param received by the host ever */
  count(received: number, seconds: number): void {
    this.#before ??= received;
    const bytes = received - this.#before;
    this.#weighted += (bytes - this.bytes) * seconds;
    this.bytes = bytes;
  }

  get mean(): number {
    return this.#weighted / this.bytes;
  }
}

/** Watches the lines of the receivers from now on. Empty on loopback. */
export function watchArrivals(rig: Rig): () => Arrivals {
  const started = performance.now();
  const hosts = new Map(rig.receivers.map((host) => [host, new Arrived()]));
  const points: Point[] = [];
  const stop = rig.netlab?.listen(({ at, host, receivedBytes }) => {
    const seconds = (at - started) / 1000;
    hosts.get(host)?.count(receivedBytes, seconds);
    if (host === rig.receivers.at(-1)) points.push([seconds, sum([...hosts.values()].map(({ bytes }) => bytes)) / 1e6]);
  });
  return () => {
    stop?.();
    return { curve: thinned(points), means: [...hosts.values()].map(({ mean }) => mean) };
  };
}

function thinned(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / POINTS));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
