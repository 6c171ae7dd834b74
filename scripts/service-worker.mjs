// Vite's plugin for the service worker: one classic script of its own at a fixed address, built apart from the page so
// that it shares no chunk with it.
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = fileURLToPath(new URL("../apps/web/src/worker/sw.ts", import.meta.url));
const FILE = "sw.js";

/** @returns {import("vite").Plugin} */
export function serviceWorker() {
  return {
    name: "starling-service-worker",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: FILE, source: await bundle() });
    },
    configureServer(server) {
      server.middlewares.use(`/${FILE}`, (_request, response, next) => {
        bundle().then((code) => {
          response.setHeader("Content-Type", "text/javascript");
          response.end(code);
        }, next);
      });
    },
  };
}

/** @returns {Promise<string>} */
async function bundle() {
  const result = await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2023",
      rolldownOptions: { input: ENTRY, output: { format: "iife", entryFileNames: FILE } },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const { output } of /** @type {import("vite").Rolldown.RolldownOutput[]} */ (outputs)) {
    for (const part of output) if (part.type === "chunk") return part.code;
  }
  throw new Error("the service worker was not built");
}
