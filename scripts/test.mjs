// npm test: installs what is missing, then runs every check and stops at the first that fails. With --full the large
// cases run at their stated sizes.
import { buildApp } from "./build.mjs";
import { installDependencies } from "./install.mjs";
import { binPath, run } from "./run.mjs";
import { ensureChromium, ensureUnzip } from "./system.mjs";

const isFull = process.argv.includes("--full");
const env = isFull ? { STARLING_FULL: "1" } : {};

/** @type {readonly (readonly [name: string, check: () => number | Promise<number>])[]} */
const CHECKS = [
  ["Set-up", setUp],
  ["Format and lint", () => node(binPath("@biomejs/biome", "biome"), "check", "--error-on-warnings", ".")],
  ["Types", () => node("scripts/typecheck.mjs")],
  ["Dead code", () => node(binPath("knip"))],
  ["Unit tests", () => node(binPath("vitest"), "run")],
  ["Build", build],
  ["Browser tests that wait", () => playwright("waiting")],
  ["Browser tests that work", () => playwright("busy")],
];

const begin = performance.now();
for (const [name, check] of CHECKS) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const code = await check();
  const time = duration(performance.now() - start);
  if (code !== 0) {
    console.error(`\n${name} failed after ${time}.`);
    process.exit(code);
  }
  console.log(`${name}: ${time}`);
}
console.log(`\nAll checks passed in ${duration(performance.now() - begin)}.`);

async function setUp() {
  installDependencies();
  await ensureChromium();
  ensureUnzip();
  return 0;
}

function build() {
  buildApp();
  return 0;
}

/** @param {string} project of e2e/playwright.config.ts */
function playwright(project) {
  return node(binPath("playwright"), "test", "-c", "e2e/playwright.config.ts", `--project=${project}`);
}

/** @param {readonly string[]} args */
function node(...args) {
  return run(process.execPath, args, env);
}

/** @param {number} ms */
function duration(ms) {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
