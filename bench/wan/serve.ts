// The process of the host `server`: Starling's server with the built app, the other contenders' pages, and a tracker.
// Argument: the address to listen on. Tells its parent where each is, and ends with it.
import { startServer } from "@starling/signaling";
import { servePages } from "../src/serve-pages.ts";
import { startTracker } from "../src/webtorrent.ts";

/** Addresses, each with a slash at the end but the tracker's. */
export interface Services {
  readonly starling: string;
  readonly pages: string;
  readonly tracker: string;
}

const host = process.argv[2] ?? "127.0.0.1";
const [server, pages, tracker] = await Promise.all([
  startServer({ host, port: 0 }),
  servePages(host),
  startTracker(host),
]);
const services: Services = { starling: `${server.url}/`, pages: pages.url, tracker: tracker.url };
process.send?.(services);
process.on("disconnect", () => process.exit());
