// Starling beside a raw data channel and WebTorrent over emulated slow links; see docs/swarm.md, "Measured".
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import type { Case, Entry, Run } from "./case.ts";
import { CASES } from "./cases.ts";
import { readOptions } from "./options.ts";
import { chartOf, type Row, summaryOf, tableOf } from "./report.ts";
import { missingRequirements } from "./requirements.ts";
import { Rig } from "./rig.ts";
import { Tracer } from "./trace.ts";

const RESULTS = "bench/results";
/** A run that takes longer has failed. */
const PATIENCE_MS = 240_000;

const options = readOptions(process.argv.slice(2));
let rig: Rig | null = null;
let stopped = false;

/** Entries take turns within a round, so that a slow minute of the machine touches all of them. */
async function compare(question: Case, traces: string): Promise<Row[]> {
  rig = await Rig.start(question.network);
  try {
    const tracer = options.trace ? await Tracer.create(traces) : null;
    const entries = (await question.entries(rig, tracer)).filter(
      ({ name }) => options.only?.some((word) => name.toLowerCase().startsWith(word)) ?? true,
    );
    const rows = entries.map(({ name }): Row => ({ name, runs: [] }));
    for (let round = 1; round <= options.rounds; round++) {
      for (const [i, entry] of entries.entries()) {
        const run = stopped ? null : await attempt(entry, rig);
        if (run) rows[i]?.runs.push(run);
        if (!stopped) console.log(`  round ${round}  ${entry.name.padEnd(24)} ${outcome(run)}`);
      }
    }
    return rows;
  } finally {
    await rig.close();
  }
}

/** Null if it failed, which is said. */
async function attempt(entry: Entry, rig: Rig): Promise<Run | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([entry.run(rig), late]);
  } catch (error) {
    if (!stopped) console.error(`  ${entry.name}: ${error instanceof Error ? error.message : error}`);
    return null;
  } finally {
    clearTimeout(timer);
    await rig.closeBrowsers();
  }
}

function outcome(run: Run | null): string {
  if (!run) return "failed";
  const { seconds, firstByte, firstFrame, seek } = run.figures;
  if (firstFrame !== undefined) return `first frame after ${firstFrame.toFixed(2)} s, seek ${seek?.toFixed(2)} s`;
  if (seconds === undefined) return `first byte after ${firstByte?.toFixed(0)} ms`;
  const each = run.finished?.map((one) => one.toFixed(1)) ?? [];
  return `${seconds.toFixed(2)} s${each.length > 1 ? ` (${each.join(", ")})` : ""}`;
}

async function main(): Promise<void> {
  const cases = CASES.filter(({ name }) => options.cases?.includes(name) ?? true);
  const missing = missingRequirements();
  if (missing.length > 0) return fail(missing.join("\n"));
  if (cases.length === 0) return fail(`There is no such case; there are ${CASES.map(({ name }) => name).join(", ")}.`);
  await mkdir(RESULTS, { recursive: true });
  const file = `${RESULTS}/wan-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`;
  const results: object[] = [];
  for (const question of cases) {
    if (stopped) break;
    console.log(`\n${question.name}: ${question.title}`);
    const rows = await compare(question, `${file}-${question.name}`);
    console.log(tableOf(question, rows));
    results.push(summaryOf(question, rows));
    const svg = chartOf(question, rows);
    if (svg) await writeFile(`${file}-${question.name}.svg`, svg);
    await writeFile(`${file}.json`, `${JSON.stringify({ processors: cpus().length, results }, null, 2)}\n`);
  }
  console.log(`\nWritten to ${file}.json`);
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}

/** Takes everything away; what was measured so far is still told. */
async function interrupted(): Promise<void> {
  stopped = true;
  process.exitCode = 1;
  await rig?.close();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, interrupted);
await main();
process.exit();
