// The signaling server beside two that are widely used, in turns, on the loopback: memory for each idle connection, and
// relayed 1 KiB messages. `npx tsx bench/signaling/main.ts [CONNECTIONS] [SECONDS]`; ends with 1 if ours is worse than
// either.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { CONTENDERS } from "./contenders.ts";
import { type Measured, measure } from "./measure.ts";

const REPEATS = 3;
const size = { connections: Number(process.argv[2] ?? 3_000), seconds: Number(process.argv[3] ?? 5) };

const runs = new Map<string, Measured[]>(CONTENDERS.map(({ name }) => [name, []]));
for (let repeat = 0; repeat < REPEATS; repeat++) {
  for (const contender of CONTENDERS) runs.get(contender.name)?.push(await measure(contender, size));
}

const medians = Object.fromEntries([...runs].map(([name, measured]) => [name, medianOf(measured)]));
console.table(
  Object.fromEntries(
    Object.entries(medians).map(([name, median]) => [
      name,
      {
        "KiB heap/idle connection": (median.heapPerConnection / 1024).toFixed(1),
        "KiB RSS/idle connection": (median.rssPerConnection / 1024).toFixed(1),
        "1 KiB messages/CPU s": Math.round(median.messagesPerCpuSecond),
        "1 KiB messages/s": Math.round(median.messagesPerSecond),
      },
    ]),
  ),
);

const folder = new URL("../results/", import.meta.url);
mkdirSync(folder, { recursive: true });
const result = { node: process.version, cpu: cpus()[0]?.model, ...size, medians, runs: Object.fromEntries(runs) };
writeFileSync(fileURLToPath(new URL("signaling.json", folder)), `${JSON.stringify(result, null, 2)}\n`);

const { starling, ...others } = medians;
const isWorse = Object.values(others).some(
  (other) =>
    (starling?.heapPerConnection ?? 0) > other.heapPerConnection ||
    (starling?.messagesPerCpuSecond ?? 0) < other.messagesPerCpuSecond,
);
console.log(isWorse ? "Starling is worse than one of them." : "Starling is no worse than either.");
process.exit(isWorse ? 1 : 0);

function medianOf(measured: readonly Measured[]): Measured {
  const middle = (value: (each: Measured) => number) =>
    measured.map(value).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? 0;
  return {
    heapPerConnection: middle((each) => each.heapPerConnection),
    rssPerConnection: middle((each) => each.rssPerConnection),
    messagesPerCpuSecond: middle((each) => each.messagesPerCpuSecond),
    messagesPerSecond: middle((each) => each.messagesPerSecond),
  };
}
