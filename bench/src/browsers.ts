import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from "playwright";
import { CHROMIUM_FLAGS, chromiumPath } from "../../scripts/chromium.mjs";

/** A browser process of its own. */
export function launch(): Promise<Browser> {
  return chromium.launch(launchOptions());
}

/** The same with its data on disk, in this folder; others keep theirs in memory. */
export function launchOnDisk(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, launchOptions());
}

function launchOptions(): LaunchOptions {
  const executablePath = chromiumPath(existsSync);
  return { ...(executablePath ? { executablePath } : {}), args: CHROMIUM_FLAGS };
}

/** A page in a profile of its own. @param prepare is given the profile before it has a page. */
export async function openPage(
  browser: Browser,
  address: string,
  prepare?: (context: BrowserContext) => Promise<void>,
): Promise<Page> {
  const context = await browser.newContext();
  await prepare?.(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${address}: ${error.message}`));
  await page.goto(address);
  return page;
}

/** Samples the JavaScript heap of pages until stopped; returns the largest seen in any, in bytes. */
export async function watchHeap(pages: readonly Page[]): Promise<() => Promise<number>> {
  const sessions = await Promise.all(pages.map((page) => page.context().newCDPSession(page)));
  for (const session of sessions) await session.send("Performance.enable");
  let peak = 0;
  const sample = async () => {
    for (const session of sessions) {
      const { metrics } = await session.send("Performance.getMetrics");
      peak = Math.max(peak, metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0);
    }
  };
  const timer = setInterval(() => void sample().catch(() => undefined), 250);
  return async () => {
    clearInterval(timer);
    await sample();
    return peak;
  };
}
