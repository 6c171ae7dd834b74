import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright/test";
import { build } from "vite";

/** Programs of e2e/doubles that run in a page. */
export type Double = "lying-peer" | "blind-peer";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const bundles = new Map<Double, Promise<string>>();

/**
 * A page at the server's address, for the server takes sockets of its own pages only, that holds one of our doubles and
 * nothing of the app. The page's context goes with the page's browser; close it when done.
 */
export async function doublePage(browser: Browser, serverUrl: string, double: Double): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${serverUrl}healthz`);
  await page.addScriptTag({ content: await bundle(double) });
  return page;
}

/** Where a page finds the server's WebSocket. */
export function signalingUrl(serverUrl: string): string {
  return `${serverUrl.replace(/^http/, "ws")}ws`;
}

function bundle(double: Double): Promise<string> {
  const bundled = bundles.get(double) ?? bundleNow(double);
  bundles.set(double, bundled);
  return bundled;
}

async function bundleNow(double: Double): Promise<string> {
  const result = await build({
    configFile: false,
    root: FOLDER,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      target: "es2023",
      lib: { entry: `${FOLDER}${double}.ts`, formats: ["iife"], name: "double" },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !("output" in output)) throw new Error("the double was not built");
  return output.output[0].code;
}
