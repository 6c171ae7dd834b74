import { Samples } from "@starling/sim";

/** `npm run test:full` runs the simulations at their full size and length. */
export const FULL = process.env.STARLING_FULL === "1";
export const MINUTE = 60_000;

export function shown(samples: Samples, digits = 0): string {
  const [median, high, max] = [samples.median, samples.quantile(0.95), samples.max];
  return `median ${median.toFixed(digits)}, 95th ${high.toFixed(digits)}, max ${max.toFixed(digits)}`;
}

/** A line of what was measured, beside what is to be reached. */
export function print(what: string, value: string, target: string): void {
  console.log(`  ${what.padEnd(44)} ${value.padEnd(44)} ${target === "" ? "" : `target ${target}`}`.trimEnd());
}

export function samplesOf(values: Iterable<number>): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

/** Begins to count; the function that it returns prints the processor's and the wall's seconds since. */
export function stopwatch(what: string): () => void {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const wall = ((performance.now() - begin) / 1_000).toFixed(1);
    print(`${what}: processor, s`, `${((user + system) / 1e6).toFixed(1)} (wall ${wall})`, "");
  };
}
