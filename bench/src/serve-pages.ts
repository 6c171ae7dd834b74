import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGES = fileURLToPath(new URL("../pages/", import.meta.url));
const WEBTORRENT = join(dirname(createRequire(import.meta.url).resolve("webtorrent")), "dist/webtorrent.min.js");
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves the pages of the contenders on a free port. @param host an address of this machine; default loopback. */
export async function servePages(host = "127.0.0.1"): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
    const path = name === "webtorrent.min.js" ? WEBTORRENT : join(PAGES, name.replaceAll("/", ""));
    const file = createReadStream(path);
    file.on("open", () => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }));
    file.on("error", () => response.writeHead(404).end());
    file.pipe(response);
  }).listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://${host}:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
