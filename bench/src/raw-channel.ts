import type { Page } from "playwright";
import { type Contender, type HostedContender, timed } from "./contender.ts";
import { servePages } from "./serve-pages.ts";

/** What pages/raw.html offers. */
declare global {
  interface Window {
    raw: {
      offer(bytes: number): Promise<string>;
      answer(offer: string, bytes: number): Promise<string>;
      accept(answer: string): Promise<void>;
      /** Sends everything over every channel. */
      send(): void;
      received(): Promise<void>;
    };
  }
}

/** One RTCDataChannel for each receiver, nothing hashed, stored or asked for. @param pages where the pages are served. */
export function rawChannelAt(pages: string): Contender {
  return {
    name: "raw channel",
    address: `${pages}raw.html`,
    prepare: async ({ bytes, sender, receivers }) => {
      for (const receiver of receivers) await join(sender, receiver, bytes);
      return async () => {
        const done = timed(receivers, (receiver) => receiver.evaluate(() => window.raw.received()));
        await sender.evaluate(() => window.raw.send());
        return { seconds: await done, duplicateShare: null };
      };
    },
  };
}

/** The same with its pages on loopback. */
export async function rawChannel(): Promise<HostedContender> {
  const pages = await servePages();
  return { ...rawChannelAt(pages.url), close: pages.close };
}

async function join(sender: Page, receiver: Page, bytes: number): Promise<void> {
  const offer = await sender.evaluate((size) => window.raw.offer(size), bytes);
  const answer = await receiver.evaluate(([text, size]) => window.raw.answer(text, size), [offer, bytes] as const);
  await sender.evaluate((text) => window.raw.accept(text), answer);
}
