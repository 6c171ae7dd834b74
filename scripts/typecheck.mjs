// Type-checks the whole tree, then each pure package alone: without DOM or Node types a clock, timer, socket or
// random source does not compile there. The service worker has a scope of its own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { binPath, ROOT, run } from "./run.mjs";

const PROJECTS = [
  "tsconfig.json",
  ...["protocol", "dht", "swarm", "connect", "sim"].map((name) => `packages/${name}/tsconfig.json`),
  "apps/signaling/src/hub/tsconfig.json",
  "apps/web/src/worker/tsconfig.json",
];

const existing = PROJECTS.filter((project) => existsSync(join(ROOT, project)));
const codes = existing.map((project) => run(process.execPath, [binPath("typescript", "tsc"), "-p", project]));
process.exit(Math.max(...codes));
