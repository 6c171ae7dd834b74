import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { serviceWorker } from "../../../scripts/service-worker.mjs";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What the server sends with every page; the harness sends it too, so that a breach shows in tests. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";

/** The pages over a fake client, for development and for the tests of pages; never shipped. */
export default defineConfig({
  root: path("../../.."),
  plugins: [react(), serviceWorker()],
  resolve: { alias: [{ find: /^@starling\/client(\/reach)?$/, replacement: path("fake-client.ts") }] },
  build: {
    target: "es2023",
    outDir: path("../../../node_modules/.cache/starling-web-harness"),
    emptyOutDir: true,
    chunkSizeWarningLimit: 1000,
  },
  preview: { headers: { "Content-Security-Policy": CONTENT_SECURITY_POLICY }, open: false },
  logLevel: "warn",
});
