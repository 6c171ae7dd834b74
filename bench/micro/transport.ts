// What the transport adapter leaves of a raw data channel's rate: in one page, and between two browsers.
// Alone: npx tsx bench/micro/transport.ts [MiB] [rounds]
import type { Browser, Page } from "playwright";
import { launch } from "../src/browsers.ts";
import { pageScript } from "./page-script.ts";
import type { Kind } from "./transport-page.ts";

const MIB = 1024 * 1024;

declare const transportBench: typeof import("./transport-page.ts");

/** MB/s of one transfer. */
async function measure(kind: Kind, sender: Page, receiver: Page, bytes: number): Promise<number> {
  await sender.evaluate((k) => transportBench.create(k, "sender"), kind);
  const offer = await sender.evaluate(() => transportBench.local("sender"));
  await receiver.evaluate((k) => transportBench.create(k, "receiver"), kind);
  await receiver.evaluate((text) => transportBench.remote("receiver", text), offer);
  const answer = await receiver.evaluate(() => transportBench.local("receiver"));
  await sender.evaluate((text) => transportBench.remote("sender", text), answer);
  await sender.evaluate(() => transportBench.open("sender"));
  const started = performance.now();
  await sender.evaluate((size) => transportBench.send(size), bytes);
  await receiver.evaluate((size) => transportBench.received(size), bytes);
  const ms = performance.now() - started;
  await sender.evaluate(() => transportBench.close("sender"));
  await receiver.evaluate(() => transportBench.close("receiver"));
  return bytes / 1000 / ms;
}

/** Alternates, so that a machine that slows down slows both. */
async function compare(sender: Page, receiver: Page, bytes: number, rounds: number) {
  const rates: Record<Kind, number[]> = { raw: [], adapter: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of ["raw", "adapter"] as const) rates[kind].push(await measure(kind, sender, receiver, bytes));
  }
  const raw = median(rates.raw);
  const adapter = median(rates.adapter);
  return { "raw MB/s": raw.toFixed(1), "adapter MB/s": adapter.toFixed(1), ratio: (adapter / raw).toFixed(2) };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

async function openPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage();
  // WebRTC needs a page with an origin; nothing listens there, Playwright answers.
  await page.route("http://localhost:9/", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
  );
  await page.goto("http://localhost:9/");
  await page.addScriptTag({ content: script });
  return page;
}

async function main(): Promise<void> {
  const bytes = Number(process.argv[2] ?? 64) * MIB;
  const rounds = Number(process.argv[3] ?? 5);
  const script = await pageScript("transport-page.ts", "transportBench");
  const browsers = await Promise.all([launch(), launch()]);
  try {
    const [first, second] = await Promise.all(browsers.map((browser) => openPage(browser, script)));
    if (!first || !second) return;
    console.table({
      "one page": await compare(first, first, bytes, rounds),
      "two browsers": await compare(first, second, bytes, rounds),
    });
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
  }
}

await main();
