import type { Page } from "playwright";
import type { Contender } from "./contender.ts";
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

/** The bound: one RTCDataChannel for each receiver, nothing hashed, stored or asked for. */
export async function rawChannel(): Promise<Contender> {
  const pages = await servePages();
  return {
    name: "raw channel",
    address: `${pages.url}raw.html`,
    transfer: async ({ bytes, sender, receivers }) => {
      for (const receiver of receivers) await join(sender, receiver, bytes);
      const started = performance.now();
      await sender.evaluate(() => window.raw.send());
      await Promise.all(receivers.map((receiver) => receiver.evaluate(() => window.raw.received())));
      return (performance.now() - started) / 1000;
    },
    close: pages.close,
  };
}

async function join(sender: Page, receiver: Page, bytes: number): Promise<void> {
  const offer = await sender.evaluate((size) => window.raw.offer(size), bytes);
  const answer = await receiver.evaluate(([text, size]) => window.raw.answer(text, size), [offer, bytes] as const);
  await sender.evaluate((text) => window.raw.accept(text), answer);
}
