/**
 * Overlays compared, in virtual time. Prints tables and writes a chart for each question.
 * Run: `npm run sim -- --nodes 10000 --seed 1 [--question hops|churn|adversaries|repair|upkeep|all] [--real 10000] [--out folder]`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plot } from "./plot.ts";
import { adversaries } from "./questions/adversaries.ts";
import { churn } from "./questions/churn.ts";
import { hops } from "./questions/hops.ts";
import { repair } from "./questions/repair.ts";
import { upkeep } from "./questions/upkeep.ts";
import { type Question, render } from "./report.ts";

const QUESTIONS: Readonly<Record<string, Question>> = { hops, churn, adversaries, repair, upkeep };

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    real: { type: "string", default: "10000" },
    question: { type: "string", default: "all" },
    out: { type: "string", default: "docs/images/sim" },
  },
});
const nodes = Number(values.nodes);
const real = Math.min(nodes, Number(values.real));
const seed = Number(values.seed);
const asked = values.question === "all" ? Object.keys(QUESTIONS) : [values.question];
if (!(real >= 10 && Number.isInteger(nodes)) || !Number.isInteger(seed) || asked.some((name) => !QUESTIONS[name])) {
  console.error(
    `--nodes and --real at least 10, --seed a whole number, --question one of all, ${Object.keys(QUESTIONS).join(", ")}`,
  );
  process.exit(1);
}

mkdirSync(values.out, { recursive: true });
for (const name of asked) {
  const begin = performance.now();
  const report = QUESTIONS[name]?.({ nodes, real, seed, log: (line) => console.error(`  ${line}`) });
  for (const table of report?.tables ?? []) console.log(`\n${render(table)}`);
  for (const [file, chart] of Object.entries(report?.charts ?? {})) {
    writeFileSync(join(values.out, `${file}.svg`), plot(chart));
    console.log(`  ${join(values.out, `${file}.svg`)}`);
  }
  console.log(`  ${name}: ${((performance.now() - begin) / 1_000).toFixed(0)} s of computing`);
}
