import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, chromiumPath } from "./scripts/chromium.mjs";

const executablePath = chromiumPath(existsSync);

/** `node` runs everywhere; `browser` runs the contract suites of the adapters in a real Chromium. */
export default defineConfig({
  test: {
    // Of its own accord vitest leaves one of two cores idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "node",
          include: ["{packages,apps}/*/test/**/*.test.{ts,tsx}", "{scripts,bench/sim,bench/wan}/test/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts"],
          environment: "node",
          // For tests that start processes, or simulate for long, on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["packages/*/test/**/*.browser.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { ...(executablePath ? { executablePath } : {}), args: CHROMIUM_FLAGS },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
