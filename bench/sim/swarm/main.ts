/**
 * Swarms of real machines over fluid links, in virtual time. Prints tables and writes charts.
 * Run: `npm run sim:swarm -- --peers 200 --seed 1 [--question free-riders|giving|greedy|arrivals|service|sole-seed|all] [--out folder]`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plot } from "../plot.ts";
import { type Question, render } from "../report.ts";
import { arrivals, freeRiders, giving, greedy, service, soleSeed } from "./questions.ts";

const QUESTIONS: Readonly<Record<string, Question>> = {
  "free-riders": freeRiders,
  giving,
  greedy,
  arrivals,
  service,
  "sole-seed": soleSeed,
};

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    question: { type: "string", default: "all" },
    out: { type: "string", default: "docs/images/sim" },
  },
});
const nodes = Number(values.peers);
const seed = Number(values.seed);
const asked = values.question === "all" ? Object.keys(QUESTIONS) : [values.question];
if (!(nodes >= 8 && Number.isInteger(nodes)) || !Number.isInteger(seed) || asked.some((name) => !QUESTIONS[name])) {
  console.error(
    `--peers at least 8, --seed a whole number, --question one of all, ${Object.keys(QUESTIONS).join(", ")}`,
  );
  process.exit(1);
}

mkdirSync(values.out, { recursive: true });
for (const name of asked) {
  const begin = performance.now();
  const report = QUESTIONS[name]?.({ nodes, real: nodes, seed, log: (line) => console.error(`  ${line}`) });
  for (const table of report?.tables ?? []) console.log(`\n${render(table)}`);
  for (const [file, chart] of Object.entries(report?.charts ?? {})) {
    writeFileSync(join(values.out, `${file}.svg`), plot(chart));
    console.log(`  ${join(values.out, `${file}.svg`)}`);
  }
  console.log(`  ${name}: ${((performance.now() - begin) / 1_000).toFixed(0)} s of computing`);
}
