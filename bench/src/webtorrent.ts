import Server from "bittorrent-tracker/server";
import type { Contender } from "./contender.ts";
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

/** WebTorrent in the browser as it comes, with a tracker of its own on loopback. */
export async function webTorrent(strategy: "sequential" | "rarest"): Promise<Contender> {
  const pages = await servePages();
  const tracker = new Server({ udp: false, http: false, ws: true, stats: false });
  await new Promise<void>((resolve) => tracker.listen(0, "127.0.0.1", resolve));
  const announce = [`ws://localhost:${tracker.ws.address().port}`];
  return {
    name: `WebTorrent (${strategy})`,
    address: `${pages.url}webtorrent.html`,
    transfer: async ({ bytes, sender, receivers }) => {
      for (const page of [sender, ...receivers]) await page.waitForFunction(() => window.torrents !== undefined);
      const magnet = await sender.evaluate(seed, { bytes, announce });
      const started = performance.now();
      await Promise.all(receivers.map((receiver) => receiver.evaluate(fetchAll, { magnet, announce, strategy })));
      return (performance.now() - started) / 1000;
    },
    close: async () => {
      await pages.close();
      await new Promise<void>((resolve) => tracker.close(() => resolve()));
    },
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
