import type { Page } from "playwright";
import { type Contender, type HostedContender, timed } from "./contender.ts";
import { servePages } from "./serve-pages.ts";

interface RawTransfer {
  readonly receiver: number;
  readonly bytes: number;
  /** Bytes on one channel that the receiver has not acknowledged; null: as many as the channel takes. */
  readonly window: number | null;
}

/** What pages/raw.html offers. A lane is one connection, named alike on both sides. */
declare global {
  interface Window {
    raw: {
      offer(lane: string, transfer: RawTransfer): Promise<string>;
      answer(lane: string, offer: string, transfer: RawTransfer): Promise<string>;
      accept(lane: string, answer: string): Promise<void>;
      /** Sends everything over every channel. */
      send(): void;
      received(): Promise<void>;
    };
  }
}

export interface RawOptions {
  readonly name: string;
  /** See {@link RawTransfer}. */
  readonly window: number | null;
  /** Connections to each receiver, which share its bytes. */
  readonly lanes: number;
}

/** The bound on one machine: one channel to each receiver, filled as far as it lets itself be filled. */
const PLAIN: RawOptions = { name: "raw channel", window: null, lanes: 1 };

/** Data channels of which nothing is hashed, stored or asked for. @param pages where the pages are served. */
export function rawChannelAt(pages: string, options: RawOptions = PLAIN): Contender {
  return {
    name: options.name,
    address: `${pages}raw.html`,
    prepare: async ({ bytes, sender, receivers }) => {
      for (const [i, page] of receivers.entries()) {
        const transfer = { receiver: i, bytes, window: options.window };
        for (let lane = 0; lane < options.lanes; lane++) await join(sender, page, `${i}/${lane}`, transfer);
      }
      return async () => {
        const done = timed(receivers, (receiver) => receiver.evaluate(() => window.raw.received()));
        await sender.evaluate(() => window.raw.send());
        return { seconds: await done, duplicateShare: null, copiesSent: receivers.length };
      };
    },
  };
}

/** The same with its pages on loopback. */
export async function rawChannel(): Promise<HostedContender> {
  const pages = await servePages();
  return { ...rawChannelAt(pages.url), close: pages.close };
}

async function join(sender: Page, receiver: Page, lane: string, transfer: RawTransfer): Promise<void> {
  const offer = await sender.evaluate(([name, what]) => window.raw.offer(name, what), [lane, transfer] as const);
  const answer = await receiver.evaluate(([name, sdp, what]) => window.raw.answer(name, sdp, what), [
    lane,
    offer,
    transfer,
  ] as const);
  await sender.evaluate(([name, sdp]) => window.raw.accept(name, sdp), [lane, answer] as const);
}
