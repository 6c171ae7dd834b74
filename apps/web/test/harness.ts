import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
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
  return {
    open: (scenario, route, options = {}) =>
      openPage(browser, `${address}?scenario=${scenario}#${route}`, options, (text) => complaints.push(text)),
    complaints: () => complaints.splice(0),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions,
  complain: (text: string) => void,
): Promise<Page> {
  // A context of its own, which is what axe asks for.
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
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
