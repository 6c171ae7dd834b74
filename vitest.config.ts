import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, chromiumPath } from "./scripts/chromium.mjs";

const executablePath = chromiumPath(existsSync);

/** For tests that start processes, or simulate for long, on a busy machine. */
const PATIENCE = { testTimeout: 60_000, hookTimeout: 120_000 };
const PURE = "packages/{protocol,connect,swarm,dht,sim}/test/**/*.test.ts";

/**
 * `pure` tests machines that know no world, and so need no fresh one for each file; `node` what runs everywhere; `browser`
 * the contract suites of the adapters in a real Chromium.
 */
export default defineConfig({
  test: {
    provide: { full: process.env.STARLING_FULL === "1" },
    // Of its own accord vitest leaves one of two cores idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "pure",
          include: [PURE],
          isolate: false,
          ...PATIENCE,
        },
      },
      {
        test: {
          name: "node",
          include: ["{packages,apps}/*/test/**/*.test.{ts,tsx}", "{scripts,bench/sim,bench/wan}/test/**/*.test.ts"],
          exclude: [PURE, "**/*.browser.test.ts"],
          ...PATIENCE,
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
