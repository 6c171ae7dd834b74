import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin, type Rolldown } from "vite";
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

/** What the entry will ask for, and all that it imports, begin to load at once and beside one another. */
function preloadParts(): Plugin {
  return {
    name: "preload-parts",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {}, chunk }) =>
        [...withImports(chunk?.dynamicImports ?? [], bundle)]
          .filter((file) => file !== chunk?.fileName)
          .map((file) => ({
            tag: "link",
            attrs: { rel: "modulepreload", href: `/${file}` },
            injectTo: "head-prepend",
          })),
    },
  };
}

/** These files and all that they import, one after another. */
function withImports(files: readonly string[], bundle: Rolldown.OutputBundle): Set<string> {
  const all = new Set(files);
  for (const name of all) {
    const file = bundle[name];
    if (file?.type === "chunk") for (const imported of file.imports) all.add(imported);
  }
  return all;
}

/** Apart from the client, over a connection of their own: TCP begins slowly, and two of half the size arrive sooner. */
const CLIENT_LIBRARIES = /node_modules.(simple-peer|@noble.(hashes|ciphers)|cborg|valibot|idb)/;

export default defineConfig({
  plugins: [react(), serviceWorker(), preloadParts(), precompress()],
  server: { proxy: { "/ws": { target: signaling, ws: true }, "/config.json": { target: signaling } } },
  build: {
    target: "es2023",
    outDir: "dist",
    sourcemap: true,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "client-libraries", test: CLIENT_LIBRARIES }] } },
    },
  },
});
