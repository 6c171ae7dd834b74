// Builds the web app when its sources changed. Node's own modules only.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binPath, fail, ROOT, run } from "./run.mjs";

/** Everything that the build reads. */
const SOURCES = [
  "index.html",
  "vite.config.ts",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.base.json",
  "public",
  "apps/web",
  "packages",
];
const SKIPPED = new Set(["node_modules", "test", "dist"]);
/** What dist was built from; outside of dist, which is served. */
const STAMP = join(ROOT, "node_modules", ".starling-build");

/** Leaves the built app in dist, or ends the program with a sentence. */
export function buildApp() {
  const wanted = sourcesHash();
  const isBuilt = existsSync(join(ROOT, "dist", "index.html")) && existsSync(STAMP);
  if (isBuilt && readFileSync(STAMP, "utf8") === wanted) return;
  console.log("Building the app…");
  const code = run(process.execPath, [binPath("vite"), "build", "--logLevel", "warn"]);
  if (code !== 0) fail("The app could not be built; see the messages above.", code);
  writeFileSync(STAMP, wanted);
}

function sourcesHash() {
  const hash = createHash("sha256");
  for (const path of SOURCES) addTo(hash, path);
  return hash.digest("hex");
}

function addTo(hash, path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return;
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) if (!SKIPPED.has(name)) addTo(hash, `${path}/${name}`);
    return;
  }
  const content = readFileSync(full);
  hash.update(`${path}\0${content.length}\0`).update(content);
}
