import { defineConfig } from "playwright/test";
import chromium from "../playwright.config.ts";

/** `npm run test:firefox`: the same people, some of them at the system's Firefox. One case at a time. */
export default defineConfig({ ...chromium, testDir: ".", outputDir: "../../test-results", workers: 1, projects: [{}] });
