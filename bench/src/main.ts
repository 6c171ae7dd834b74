import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { launch, openPage, watchHeap } from "./browsers.ts";
import type { Contender } from "./contender.ts";
import { LOCAL_BYTES, localTable, measureLocalWork } from "./local-work.ts";
import { rawChannel } from "./raw-channel.ts";
import { starling } from "./starling.ts";
import { type Measurement, type Row, summary, table } from "./table.ts";
import { webTorrent } from "./webtorrent.ts";

const MB = 1_000_000;

/** One question that is put to every contender. */
interface Case {
  readonly name: string;
  readonly bytes: number;
  readonly receivers: number;
  /** Whether all pages live in one browser process. */
  readonly oneBrowser: boolean;
}

const CASES: readonly Case[] = [
  { name: "1 to 1, two browsers, 128 MB", bytes: 128 * MB, receivers: 1, oneBrowser: false },
  { name: "1 to 4, one browser, 64 MB each", bytes: 64 * MB, receivers: 4, oneBrowser: true },
];

/** A contender that takes longer than this has lost anyway. */
const PATIENCE_MS = 300_000;

const rounds = Number(process.argv.find((word) => word.startsWith("--rounds="))?.slice("--rounds=".length) ?? 3);
const only = process.argv.find((word) => word.startsWith("--case="))?.slice("--case=".length);

async function measure(contender: Contender, { bytes, receivers, oneBrowser }: Case): Promise<Measurement> {
  const first = await launch();
  const second = oneBrowser ? first : await launch();
  try {
    const sender = await openPage(first, contender.address);
    const pages = await Promise.all(Array.from({ length: receivers }, () => openPage(second, contender.address)));
    for (const page of [sender, ...pages]) page.setDefaultTimeout(PATIENCE_MS);
    const stop = await watchHeap([sender, ...pages]);
    const start = await contender.prepare({ bytes, sender, receivers: pages });
    const { seconds } = await start();
    return { seconds: Math.max(...seconds), peakHeap: await stop() };
  } finally {
    await first.close();
    await second.close();
  }
}

/**
 * Contenders take turns within a round, so that a slow minute of the machine touches all of them; each round begins with
 * the next of them, so that none always follows the one that wears the machine out most.
 */
async function compare(question: Case, contenders: readonly Contender[]): Promise<Row[]> {
  const rows = contenders.map((contender): Row => ({ name: contender.name, measurements: [] }));
  for (let round = 0; round < rounds; round++) {
    const turns = [...contenders.entries()];
    turns.push(...turns.splice(0, round % turns.length));
    for (const [index, contender] of turns) {
      const measurement = await measure(contender, question);
      console.log(`  round ${round + 1}  ${contender.name.padEnd(24)} ${measurement.seconds.toFixed(2)} s`);
      rows[index]?.measurements.push(measurement);
    }
  }
  return rows;
}

const contenders = [await rawChannel(), await webTorrent("sequential"), await webTorrent("rarest"), await starling()];
const results = [];
for (const question of CASES.filter(({ name }) => !only || name.startsWith(only))) {
  console.log(`\n${question.name}`);
  const rows = await compare(question, contenders);
  console.log(table(rows, question.bytes * question.receivers));
  results.push({ ...question, contenders: summary(rows, question.bytes * question.receivers) });
}
for (const contender of contenders) await contender.close();

const LOCAL = "hashing and storing, one browser";
const local = !only || LOCAL.startsWith(only) ? await measureLocalWork(LOCAL_BYTES) : null;
if (local) console.log(`\n${LOCAL}\n${localTable(local)}`);

await mkdir("bench/results", { recursive: true });
const file = `bench/results/transfers-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.json`;
await writeFile(file, `${JSON.stringify({ processors: cpus().length, rounds, results, local }, null, 2)}\n`);
console.log(`\nWritten to ${file}`);
