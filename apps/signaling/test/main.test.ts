import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { start } from "./running-server.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", "apps/signaling/src/main.ts"], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  let errors = "";
  child.stderr?.on("data", (data) => {
    errors += data;
  });
  const ready = new Promise<string>((resolve) => {
    child.once("message", (message) => resolve((message as { ready: string }).ready));
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, errors }));
  });
  return { child, ready, ended };
}

test("the executable serves until SIGTERM, then ends with 0 soon", async () => {
  const { child, ready, ended } = launch({ PORT: "0", HOST: "127.0.0.1" });
  const url = await ready;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const begin = performance.now();
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
  expect(performance.now() - begin).toBeLessThan(5_000);
});

test("a taken port ends it with 1 and one sentence", async () => {
  const { port } = await start();
  const { code, errors } = await launch({ PORT: String(port), HOST: "127.0.0.1" }).ended;
  expect(code).toBe(1);
  expect(errors).toBe(
    `Port ${port} is already in use. Stop the program that uses it, or choose another: PORT=8081 npm start\n`,
  );
});

test("an unusable setting ends it with 1 and one sentence", async () => {
  const { code, errors } = await launch({ STARLING_ICE_SERVERS: "nonsense" }).ended;
  expect(code).toBe(1);
  expect(errors).toMatch(/^STARLING_ICE_SERVERS must be .*\n$/);
});
