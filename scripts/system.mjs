// Programs of the system that tests need, and how to get them. Node's own modules only, until packages are installed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromiumPath } from "./chromium.mjs";
import { firefoxPath } from "./firefox.mjs";
import { binPath, fail, run } from "./run.mjs";

const NO_CHROMIUM =
  "The browser tests need Chromium, which was not found and could not be installed: install it, or set STARLING_CHROMIUM to its path.";

const NO_FIREFOX =
  "These tests need Firefox, which was not found and could not be installed: install it, or set STARLING_FIREFOX to its path.";

/** Finds Chromium or installs it: Debian's as root, elsewhere Playwright's own. Ends the program if there is none. */
export async function ensureChromium() {
  if (await hasChromium()) return;
  console.log("Installing Chromium…");
  installPackage("chromium");
  if (await hasChromium()) return;
  run(process.execPath, [binPath("playwright"), "install", "chromium"]);
  if (!(await hasChromium())) fail(NO_CHROMIUM);
}

/** Finds Firefox or, on Debian as root, installs it. Ends the program if there is none. */
export function ensureFirefox() {
  if (firefoxPath() !== undefined) return;
  console.log("Installing Firefox…");
  installPackage("firefox-esr");
  if (firefoxPath() === undefined) fail(NO_FIREFOX);
}

/** One test unpacks a ZIP with it, and is skipped where there is none. */
export function ensureUnzip() {
  const isThere = spawnSync("unzip", ["-v"], { stdio: "ignore" }).status === 0;
  if (!isThere) installPackage("unzip");
}

async function hasChromium() {
  if (chromiumPath(existsSync) !== undefined) return true;
  const { chromium } = await import("playwright");
  return existsSync(chromium.executablePath());
}

/** On Debian, as root; elsewhere nothing happens. */
function installPackage(name) {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  if (run("apt-get", ["update", "-q"], env) === 0) run("apt-get", ["install", "-y", "-q", name], env);
}
