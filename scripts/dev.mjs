// npm run dev: Vite with reload at http://localhost:5173, and the server that restarts when its sources change.
// Vite passes /ws and /config.json on to the server (vite.config.ts).
import { spawn } from "node:child_process";
import { installDependencies } from "./install.mjs";
import { binPath, ROOT } from "./run.mjs";

installDependencies();

const children = [
  ["--import", "tsx", "--watch", "--watch-preserve-output", "apps/signaling/src/main.ts"],
  [binPath("vite")],
].map((args) => spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit" }));

for (const child of children) child.on("exit", (status) => stop(status ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(0));

/** Ends all when one ends. */
function stop(status) {
  process.exitCode ||= status;
  for (const child of children) child.kill("SIGTERM");
}
