import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { serviceWorker } from "./scripts/service-worker.mjs";

/** Where `npm run dev` starts the signaling server. */
const signaling = `http://localhost:${process.env.PORT ?? "8080"}`;

/** Files that the server can send as they are to browsers that take them compressed: a third of the bytes. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      for (const file of Object.values(bundle)) {
        if (!/\.(js|css|html|svg)$/.test(file.fileName)) continue;
        const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
        await writeFile(join(dir, `${file.fileName}.br`), await promisify(brotliCompress)(content));
        await writeFile(join(dir, `${file.fileName}.gz`), await promisify(gzip)(content));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), serviceWorker(), precompress()],
  server: { proxy: { "/ws": { target: signaling, ws: true }, "/config.json": { target: signaling } } },
  build: { target: "es2023", outDir: "dist", sourcemap: true, chunkSizeWarningLimit: 1000 },
});
