import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { serviceWorker } from "./scripts/service-worker.mjs";

/** Where `npm run dev` starts the signaling server. */
const signaling = `http://localhost:${process.env.PORT ?? "8080"}`;

export default defineConfig({
  plugins: [react(), serviceWorker()],
  server: { proxy: { "/ws": { target: signaling, ws: true }, "/config.json": { target: signaling } } },
  build: { target: "es2023", outDir: "dist", sourcemap: true, chunkSizeWarningLimit: 1000 },
});
