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

/** The pages begin to load beside the client, and not only once that runs and asks for them. */
function preloadPages(): Plugin {
  return {
    name: "preload-pages",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {} }) =>
        Object.values(bundle)
          .filter((file) => file.type === "chunk" && file.isDynamicEntry)
          .map(({ fileName }) => ({
            tag: "link",
            attrs: { rel: "modulepreload", href: `/${fileName}` },
            injectTo: "head",
          })),
    },
  };
}

export default defineConfig({
  plugins: [react(), serviceWorker(), preloadPages(), precompress()],
  server: { proxy: { "/ws": { target: signaling, ws: true }, "/config.json": { target: signaling } } },
  build: { target: "es2023", outDir: "dist", sourcemap: true, cssCodeSplit: false, chunkSizeWarningLimit: 1000 },
});
