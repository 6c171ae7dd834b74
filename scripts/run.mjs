// Runs the project's own tools. Node's own modules only.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program to its end in the project's folder, its output shown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env] added to the environment
 * @returns {number} the exit code; 1 if it could not run or was killed
 */
export function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } });
  return status ?? 1;
}

/**
 * Path of the script behind a package's command, so that no shell or npx stands between.
 * @param {string} packageName
 * @param {string} [command] default: the package's name
 */
export function binPath(packageName, command = packageName) {
  const folder = join(ROOT, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}

/**
 * Ends this program with a sentence for the person who started it.
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence, code = 1) {
  console.error(sentence);
  process.exit(code);
}
