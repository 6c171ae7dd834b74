// npm run test:firefox: installs what is missing, then runs the cases with Firefox in them.
import { buildApp } from "./build.mjs";
import { installDependencies } from "./install.mjs";
import { binPath, run } from "./run.mjs";
import { ensureChromium, ensureFirefox, ensureUnzip } from "./system.mjs";

installDependencies();
await ensureChromium();
ensureFirefox();
ensureUnzip();
buildApp();
process.exit(run(process.execPath, [binPath("playwright"), "test", "-c", "e2e/firefox/playwright.config.ts"]));
