import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The module `file` of this folder as one script that defines `name` on the page with what the module exports. */
export async function pageScript(file: string, name: string): Promise<string> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name } },
  });
  const output = Array.isArray(result) ? result[0]?.output[0] : undefined;
  if (!output) throw new Error("The page's side could not be bundled.");
  return output.code;
}
