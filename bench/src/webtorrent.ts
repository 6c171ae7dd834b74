import Server from "bittorrent-tracker/server";
import type { Page } from "playwright";
import { type Contender, type HostedContender, timed } from "./contender.ts";
import { servePages } from "./serve-pages.ts";

type TorrentEvent = "verified" | "done";

interface Torrent {
  readonly magnetURI: string;
  /** `verified`: each piece; `done`: all of them. */
  on(event: TorrentEvent, listener: () => void): void;
}

/** The part of WebTorrent's API that is measured; it has no types of its own. */
interface WebTorrentClient {
  seed(file: File, options: object, seeding: (torrent: Torrent) => void): void;
  add(magnet: string, options: object): Torrent;
}

declare global {
  interface Window {
    torrents: WebTorrentClient;
  }
}

type Strategy = "sequential" | "rarest";

/** WebTorrent in the browser as it comes. @param pages where the pages are served. @param tracker a WebSocket tracker. */
export function webTorrentAt(pages: string, tracker: string, strategy: Strategy): Contender {
  return {
    name: `WebTorrent (${strategy})`,
    address: `${pages}webtorrent.html`,
    prepare: async ({ bytes, sender, receivers }) => {
      for (const page of receivers) await page.waitForFunction(() => window.torrents !== undefined);
      const magnet = await seedWith(sender, bytes, tracker);
      const fetch = (receiver: Page) => addTorrent(receiver, magnet, tracker, strategy, "done");
      return async () => ({ seconds: await timed(receivers, fetch), duplicateShare: null, copiesSent: null });
    },
  };
}

/** Seeds a file of random bytes; resolves with its magnet link. */
export async function seedWith(sender: Page, bytes: number, tracker: string): Promise<string> {
  await sender.waitForFunction(() => window.torrents !== undefined);
  return sender.evaluate(seed, { bytes, announce: [tracker] });
}

/** Fetches, and resolves at the first such event. */
export function addTorrent(
  receiver: Page,
  magnet: string,
  tracker: string,
  strategy: Strategy,
  event: TorrentEvent,
): Promise<void> {
  return receiver.evaluate(add, { magnet, announce: [tracker], strategy, event });
}

/** The same with pages and tracker on loopback. */
export async function webTorrent(strategy: Strategy): Promise<HostedContender> {
  const pages = await servePages();
  const tracker = await startTracker();
  return {
    ...webTorrentAt(pages.url, tracker.url, strategy),
    close: async () => {
      await pages.close();
      await tracker.close();
    },
  };
}

/** A tracker for browsers on a free port. */
export async function startTracker(host = "127.0.0.1"): Promise<{ url: string; close(): Promise<void> }> {
  const tracker = new Server({ udp: false, http: false, ws: true, stats: false });
  await new Promise<void>((resolve) => tracker.listen(0, host, resolve));
  return {
    url: `ws://${host}:${tracker.ws.address().port}`,
    close: () => new Promise<void>((resolve) => tracker.close(() => resolve())),
  };
}

function seed({ bytes, announce }: { bytes: number; announce: string[] }): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = bytes; left > 0; left -= 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(65_536, left))));
  const file = new File(parts, "file.bin");
  return new Promise((resolve) => window.torrents.seed(file, { announce }, (torrent) => resolve(torrent.magnetURI)));
}

interface Wish {
  readonly magnet: string;
  readonly announce: string[];
  readonly strategy: Strategy;
  readonly event: TorrentEvent;
}

function add({ magnet, announce, strategy, event }: Wish): Promise<void> {
  return new Promise((resolve) => window.torrents.add(magnet, { announce, strategy }).on(event, resolve));
}
