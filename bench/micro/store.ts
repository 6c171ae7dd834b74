// How fast pieces are written and read back with their hash, and what that costs in processor time over all of the
// browser's processes. Alone: npx tsx bench/micro/store.ts
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright";
import { launchOnDisk } from "../src/browsers.ts";
import { pageScript } from "./page-script.ts";
import type { Layout, ReadOrder, Workload } from "./store-page.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
/** Any name that counts as a secure context (WebCrypto needs one); nothing listens there, Playwright answers. */
const ORIGIN = "http://localhost:9";

export interface StoreFigures extends Workload {
  readonly writeMbPerS: number;
  /** Milliseconds of processor time a MiB, all processes of the browser together. */
  readonly writeCpuMs: number;
  readonly reads: Readonly<Record<ReadOrder, { readonly mbPerS: number; readonly cpuMs: number }>>;
}

/** The store at the piece sizes of 32 MiB to 4 GiB shares. */
export const STORE_WORKLOADS: readonly Workload[] = [64, 256, 512, 1024].map((kib) => workload("store", kib));

/** The plainer layouts beside it. */
export const LAYOUT_WORKLOADS: readonly Workload[] = [64, 128, 256, 512, 1024].flatMap((kib) =>
  (["Uint8Array rows", "ArrayBuffer rows", "Blob rows", "store"] as const).map((layout) => workload(layout, kib)),
);

function workload(layout: Layout, pieceKib: number): Workload {
  return { layout, pieceBytes: pieceKib * KIB, totalBytes: 128 * MIB, batchBytes: 4 * MIB };
}

/**
 * Measures each workload in turn. `page` should belong to a persistent context: others keep IndexedDB in memory.
 * Leaves the page on a blank address of its own.
 */
export async function measureStore(
  page: Page,
  workloads: readonly Workload[] = STORE_WORKLOADS,
): Promise<StoreFigures[]> {
  const script = await pageScript("store-page.ts", "storeBench");
  await page.route(`${ORIGIN}/**`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  const figures: StoreFigures[] = [];
  for (const workload of workloads) {
    await page.goto(`${ORIGIN}/`);
    await page.addScriptTag({ content: script });
    figures.push(await measureOne(page, workload));
  }
  return figures;
}

declare const storeBench: typeof import("./store-page.ts");

async function measureOne(page: Page, workload: Workload): Promise<StoreFigures> {
  const measure = async (run: () => Promise<number>): Promise<{ mbPerS: number; cpuMs: number }> => {
    const before = await cpuSeconds(page);
    const ms = await run();
    const cpuMs = ((await cpuSeconds(page)) - before) * 1000;
    return { mbPerS: workload.totalBytes / 1000 / ms, cpuMs: cpuMs / (workload.totalBytes / MIB) };
  };
  const read = (order: ReadOrder) => measure(() => page.evaluate((o) => storeBench.read(o), order));
  await page.evaluate((w) => storeBench.prepare(w), workload);
  const write = await measure(() => page.evaluate((w) => storeBench.write(w), workload));
  const reads = { "in order": await read("in order"), runs: await read("runs"), random: await read("random") };
  await page.evaluate(() => storeBench.finish());
  return { ...workload, writeMbPerS: write.mbPerS, writeCpuMs: write.cpuMs, reads };
}

/** Processor time used so far by all processes of the page's browser. */
async function cpuSeconds(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (!session) throw new Error("The processor time of this browser cannot be asked for.");
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

async function main(): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "starling-bench-"));
  const context = await launchOnDisk(profile);
  try {
    const figures = await measureStore(await context.newPage(), LAYOUT_WORKLOADS);
    console.table(figures.map(tableRow));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function tableRow(figures: StoreFigures): Record<string, string | number> {
  return {
    layout: figures.layout,
    "piece KiB": figures.pieceBytes / KIB,
    "write MB/s": Math.round(figures.writeMbPerS),
    "write CPU ms/MiB": Number(figures.writeCpuMs.toFixed(1)),
    ...Object.fromEntries(
      Object.entries(figures.reads).flatMap(([order, { mbPerS, cpuMs }]) => [
        [`${order}: MB/s`, Math.round(mbPerS)],
        [`${order}: CPU ms/MiB`, Number(cpuMs.toFixed(1))],
      ]),
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
