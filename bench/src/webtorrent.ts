import Server from "bittorrent-tracker/server";
import type { Page } from "playwright";
import { type Contender, type HostedContender, timed } from "./contender.ts";
import { servePages } from "./serve-pages.ts";

interface Torrent {
  readonly magnetURI: string;
  on(event: "done", listener: () => void): void;
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
  const announce = [tracker];
  return {
    name: `WebTorrent (${strategy})`,
    address: `${pages}webtorrent.html`,
    prepare: async ({ bytes, sender, receivers }) => {
      for (const page of [sender, ...receivers]) await page.waitForFunction(() => window.torrents !== undefined);
      const magnet = await sender.evaluate(seed, { bytes, announce });
      const fetch = (receiver: Page) => receiver.evaluate(fetchAll, { magnet, announce, strategy });
      return async () => ({ seconds: await timed(receivers, fetch), duplicateShare: null });
    },
  };
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

function fetchAll({
  magnet,
  announce,
  strategy,
}: {
  magnet: string;
  announce: string[];
  strategy: string;
}): Promise<void> {
  return new Promise((resolve) => window.torrents.add(magnet, { announce, strategy }).on("done", resolve));
}
