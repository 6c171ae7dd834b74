import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ServerProcess } from "@starling/e2e";
import type { Contender } from "./contender.ts";

/** Starling as built, with its own server on loopback. */
export async function starling(): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), "starling-bench-"));
  const server = new ServerProcess(await freePort(), folder);
  await server.start();
  return {
    name: "Starling",
    address: server.url,
    transfer: async ({ bytes, sender, receivers }) => {
      for (const page of [sender, ...receivers]) await page.waitForFunction(() => window.starling !== undefined);
      const link = await sender.evaluate(share, bytes);
      await Promise.all(receivers.map((receiver) => receiver.evaluate(open, link)));
      const started = performance.now();
      await Promise.all(receivers.map((receiver) => receiver.evaluate(download)));
      return (performance.now() - started) / 1000;
    },
    close: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
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
