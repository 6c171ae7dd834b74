// Installs the dependencies when the lockfile changed. Node's own modules only.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT, run } from "./run.mjs";

const LEAST_NODE = [20, 19];
/** What node_modules was installed from. */
const STAMP = join(ROOT, "node_modules", ".starling-install");

/** Leaves node_modules as the lockfile says, or ends the program with a sentence. */
export function installDependencies() {
  checkNode();
  const wanted = lockHash();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  console.log("Installing dependencies…");
  const code = npm(["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"]);
  if (code !== 0) fail("The dependencies could not be installed; see npm's message above.", code);
  writeFileSync(STAMP, wanted);
}

/** Native parts differ between platforms and Node's major versions. */
function lockHash() {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`);
  return hash.digest("hex");
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  fail(`Starling needs Node ${LEAST_NODE.join(".")} or later; this is ${process.version}.`);
}

/** The npm that runs this script, else the one in the path. */
function npm(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js")) return run(process.execPath, [script, ...args]);
  return process.platform === "win32" ? run("cmd", ["/c", "npm", ...args]) : run("npm", args);
}
