import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ServerProcess } from "@starling/e2e";
import type { Page } from "playwright";
import { type Contender, type HostedContender, timed } from "./contender.ts";

/** What encryption adds to each piece, and the size of the smallest full piece's ciphertext (docs/protocol.md). */
const TAG_BYTES = 16;
const LEAST_PIECE_BYTES = 65_536;
/** What is still under way when the last piece is verified arrives within this time (ms). */
const AFTERMATH = 300;

/** Starling as built. @param address where its server is. */
export function starlingAt(address: string): Contender {
  return {
    name: "Starling",
    address,
    prepare: async ({ bytes, sender, receivers }) => {
      await shareWith(bytes, sender, receivers);
      const before = await traffic(sender, receivers);
      return async () => {
        const seconds = await timed(receivers, (receiver) => receiver.evaluate(download));
        await new Promise((resolve) => setTimeout(resolve, AFTERMATH));
        const after = await traffic(sender, receivers);
        const expected = ciphertextBytes(bytes);
        const came = after.came - before.came;
        return {
          seconds,
          duplicateShare: Math.max(0, came - expected * receivers.length) / came,
          copiesSent: (after.sent - before.sent) / expected,
        };
      };
    },
  };
}

/** The same with its own server on loopback. */
export async function starling(): Promise<HostedContender> {
  const folder = await mkdtemp(join(tmpdir(), "starling-bench-"));
  const server = new ServerProcess(await freePort(), folder);
  await server.start();
  return {
    ...starlingAt(server.url),
    close: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Shares a file of random bytes on one page and opens its link on the others; they fetch nothing yet. */
export async function shareWith(bytes: number, sender: Page, receivers: readonly Page[]): Promise<string> {
  for (const page of [sender, ...receivers]) await page.waitForFunction(() => window.starling !== undefined);
  const link = await sender.evaluate(share, bytes);
  await Promise.all(receivers.map((receiver) => receiver.evaluate(open, link)));
  return link;
}

/** Bytes of blocks that the sender sent, and that came at all receivers. */
async function traffic(sender: Page, receivers: readonly Page[]): Promise<{ sent: number; came: number }> {
  const totals = (page: Page) => page.evaluate(() => window.starling?.shares()[0]?.progress);
  const came = await Promise.all(receivers.map(totals));
  return {
    sent: (await totals(sender))?.bytesUploaded ?? 0,
    came: came.reduce((sum, progress) => sum + (progress?.bytesDownloaded ?? 0), 0),
  };
}

/** Of a file: up to 16 MiB have the smallest pieces, larger ones fewer tags than this allows for. */
function ciphertextBytes(bytes: number): number {
  return bytes + TAG_BYTES * Math.ceil(bytes / (LEAST_PIECE_BYTES - TAG_BYTES));
}

/** In a page: shares so many random bytes and returns the link. Nothing of this file is there. */
export async function share(bytes: number): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = bytes; left > 0; left -= 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(65_536, left))));
  const shared = await window.starling?.share([new File(parts, "file.bin")]);
  return shared?.link ?? "";
}

/** In a page. */
export async function open(link: string): Promise<void> {
  await window.starling?.open(link);
}

/** In a page that opened a link. */
export async function download(): Promise<void> {
  await window.starling?.shares()[0]?.download();
}
