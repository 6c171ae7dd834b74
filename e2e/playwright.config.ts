import { existsSync } from "node:fs";
import { defineConfig } from "playwright/test";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.mjs";

const executablePath = chromiumPath(existsSync);

/** Real tabs against the real server. One worker: several browsers at once would measure this machine, not the product. */
export default defineConfig({
  testDir: "./tests",
  outputDir: "../test-results",
  workers: 1,
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
