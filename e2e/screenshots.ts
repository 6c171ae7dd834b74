import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.mjs";
import { randomFile, textFile } from "./files.ts";
import { Person } from "./person.ts";
import { freePort, ServerProcess } from "./server.ts";

/** Takes pictures of every page at desktop and phone width, light and dark, or of one kind, into the folder given. */
const [target = "test-results/screenshots", only] = process.argv.slice(2);
const KINDS: Record<string, BrowserContextOptions> = {
  "desktop-light": { viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  "desktop-dark": { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  "phone-light": { viewport: { width: 390, height: 844 }, colorScheme: "light", deviceScaleFactor: 2 },
  "phone-dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark", deviceScaleFactor: 2 },
};

await mkdir(target, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), "starling-shots-"));
const server = new ServerProcess(await freePort(), folder);
await server.start();
const executablePath = chromiumPath(existsSync);
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: CHROMIUM_FLAGS });

async function person(name: string, options: BrowserContextOptions): Promise<Person> {
  const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
  const someone = new Person(name, context, await context.newPage(), server.url);
  await someone.visit();
  // The client is there before the page is drawn.
  await someone.page.getByRole("heading", { level: 1 }).waitFor();
  return someone;
}

const shot = (page: Page, kind: string, name: string) => page.screenshot({ path: join(target, `${name}-${kind}.png`) });

async function showLookup(page: Page): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: "Network" }).click();
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByText("Nearest to the key").waitFor();
}

await textFile(folder, "Sardinia/Packing list.txt", "towels, book, sun");
await textFile(folder, "Sardinia/Route/Day 1.gpx", "x".repeat(120_000));
for (let i = 1; i <= 6; i++) await randomFile(folder, `Sardinia/Photos/IMG_20${i}0.jpg`, 900_000 + i * 310_000);
await randomFile(folder, "Sardinia/Film.mp4", 60_000_000);

// Company for the Network page.
for (const name of ["Cy", "Di", "Eli", "Flo", "Gus"]) await person(name, {});

for (const [kind, options] of Object.entries(KINDS)) {
  if (only !== undefined && kind !== only) continue;
  const sharer = await person("Ada", options);
  await shot(sharer.page, kind, "1-landing");
  const link = await sharer.shareFolder(join(folder, "Sardinia"));
  await shot(sharer.page, kind, "2-shared");
  const receiver = await person("Ben", options);
  await receiver.openLink(link);
  await shot(receiver.page, kind, "3-received");
  await receiver.downloadButton.click();
  await receiver.reaches(0.3);
  await shot(receiver.page, kind, "4-downloading");
  await shot(sharer.page, kind, "5-sending");
  await receiver.complete();
  await shot(receiver.page, kind, "6-complete");
  await sharer.visit();
  await sharer.page.waitForTimeout(500);
  await shot(sharer.page, kind, "7-list");
  await showLookup(receiver.page);
  await shot(receiver.page, kind, "8-network");
  await receiver.page.screenshot({ path: join(target, `9-network-whole-${kind}.png`), fullPage: true });
  const map = receiver.page.getByRole("region", { name: "Where this tab is" });
  await map.screenshot({ path: join(target, `10-network-map-${kind}.png`) });
  await sharer.context.close();
  await receiver.context.close();
}
await browser.close();
await server.kill();
