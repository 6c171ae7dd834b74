import { existsSync } from "node:fs";
import { defineConfig } from "playwright/test";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.mjs";

const executablePath = chromiumPath(existsSync);

/** Cases that wait more than they work. */
const WAITING =
  /(clocks|damage|errors|evil-server|folder|hostile|partition|preparing|privacy|server-messages|sleep|starting|tabs)\.spec\.ts/;

/**
 * Real tabs against the real server. `waiting` cases run two at a time, `busy` ones alone: several at once would measure
 * this machine, not the product. `npm test` runs one project after the other.
 */
export default defineConfig({
  testDir: "./tests",
  outputDir: "../test-results",
  workers: 2,
  projects: [
    { name: "waiting", testMatch: WAITING },
    { name: "busy", testIgnore: WAITING, workers: 1 },
  ],
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  forbidOnly: Boolean(process.env.CI),
  use: {
    browserName: "chromium",
    acceptDownloads: true,
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: CHROMIUM_FLAGS },
    trace: "off",
  },
});
