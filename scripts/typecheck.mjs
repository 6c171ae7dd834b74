// Type-checks the whole tree, then each pure package alone: without DOM or Node types a clock, timer, socket or
// random source does not compile there.
import { spawnSync } from "node:child_process";

const projects = [
  "tsconfig.json",
  "packages/protocol/tsconfig.json",
  "packages/swarm/tsconfig.json",
  "packages/connect/tsconfig.json",
  "packages/sim/tsconfig.json",
  "apps/signaling/src/hub/tsconfig.json",
];

let failed = false;
for (const project of projects) {
  const { status } = spawnSync("npx", ["tsc", "-p", project], { stdio: "inherit" });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
