import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contender.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Starling as built, with its own server on loopback. */
export async function starling(): Promise<Contender> {
  const port = await freePort();
  const address = `http://localhost:${port}/`;
  const server = spawn(process.execPath, ["--import", "tsx", "apps/signaling/src/main.ts"], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), HOST: "localhost" },
    stdio: "ignore",
  });
  await answering(address, server);
  return {
    name: "Starling",
    address,
    transfer: async ({ bytes, sender, receivers }) => {
      for (const page of [sender, ...receivers]) await page.waitForFunction(() => window.starling !== undefined);
      const link = await sender.evaluate(share, bytes);
      await Promise.all(receivers.map((receiver) => receiver.evaluate(open, link)));
      const started = performance.now();
      await Promise.all(receivers.map((receiver) => receiver.evaluate(download)));
      return (performance.now() - started) / 1000;
    },
    close: async () => {
      server.kill("SIGKILL");
      await once(server, "exit");
    },
  };
}

async function share(bytes: number): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = bytes; left > 0; left -= 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(65_536, left))));
  const shared = await window.starling?.share([new File(parts, "file.bin")]);
  return shared?.link ?? "";
}

async function open(link: string): Promise<void> {
  await window.starling?.open(link);
}

async function download(): Promise<void> {
  await window.starling?.shares()[0]?.download();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answering(address: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100 && server.exitCode === null; attempt++) {
    const answer = await fetch(`${address}healthz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the server did not start; run npm run build first");
}
