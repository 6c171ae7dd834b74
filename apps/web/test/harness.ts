import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright";
import { build, preview } from "vite";
import { CHROMIUM_FLAGS, chromiumPath } from "../../../scripts/chromium.mjs";

const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));

export interface Harness {
  /** A new tab showing `route` of `scenario` (scenarios.ts). */
  open(scenario: string, route: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors, warnings and breaches of the content security policy that pages reported since the last call. */
  complaints(): string[];
  close(): Promise<void>;
}

/** Builds the pages over the fake client, serves them under the server's policy and starts a browser. */
export async function startHarness(): Promise<Harness> {
  await build({ configFile });
  const server = await preview({ configFile, preview: { port: 0 } });
  const address = server.resolvedUrls?.local[0] ?? "";
  const executablePath = chromiumPath(existsSync);
  const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: CHROMIUM_FLAGS });
  const complaints: string[] = [];
  const contexts = new Map<string, Promise<BrowserContext>>();
  return {
    open: async (scenario, route, options = {}) => {
      // One for all pages of a kind: its cache saves half of a page's start.
      const kind = JSON.stringify(options);
      const context = contexts.get(kind) ?? browser.newContext({ reducedMotion: "reduce", ...options });
      contexts.set(kind, context);
      return openPage(await context, `${address}?scenario=${scenario}#${route}`, (text) => complaints.push(text));
    },
    complaints: () => complaints.splice(0),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function openPage(context: BrowserContext, address: string, complain: (text: string) => void): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complain(message.text());
  });
  await page.goto(address);
  await page.locator("main").waitFor();
  return page;
}
