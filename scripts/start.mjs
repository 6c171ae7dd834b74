// npm start: installs, builds and serves the app, by default at http://localhost:8080. The server runs in this very
// process, so signals reach it.
import { buildApp } from "./build.mjs";
import { installDependencies } from "./install.mjs";

installDependencies();
buildApp();

const { register } = await import("tsx/esm/api");
register();
await import("../apps/signaling/src/main.ts");
