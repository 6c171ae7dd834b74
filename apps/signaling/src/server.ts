import { createServer, type RequestListener, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import type { IceServer } from "@starling/protocol";
import { type Logger, pino } from "pino";
import { DEFAULT_HUB_LIMITS, type HubLimits } from "./hub/limits.ts";
import { listenOn } from "./listen.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRequestListener } from "./requests.ts";
import { createSockets, refuseUpgrade, type Sockets } from "./sockets.ts";

export interface ServerOptions {
  /** 0: any free port. Default 8080. */
  readonly port?: number;
  /** Default "localhost": the loopback of IPv4 and IPv6. "0.0.0.0" or "::" for all networks. */
  readonly host?: string;
  /** Further origins whose pages may connect. */
  readonly origins?: readonly string[];
  readonly ice?: readonly IceServer[];
  /** Believe `X-Forwarded-For` and `X-Forwarded-Host`. */
  readonly trustProxy?: boolean;
  /** Offer `/metrics`. */
  readonly metrics?: boolean;
  readonly limits?: Partial<HubLimits>;
  /** Folder of the built app; default `dist` of the project. */
  readonly appFolder?: string;
  /** Default: silent. */
  readonly log?: Logger;
  /** Seconds between two pings of a socket. */
  readonly pingSeconds?: number;
  /** Time for the headers of a request, in ms. */
  readonly headersTimeoutMs?: number;
}

export interface RunningServer {
  readonly port: number;
  /** Where a browser of this machine finds it, without a slash at the end. */
  readonly url: string;
  /** Proved nodes, and all sockets. */
  readonly counts: () => { readonly nodes: number; readonly sockets: number };
  /** Ends every connection (WebSockets with 1001); resolves within two seconds. */
  readonly close: () => Promise<void>;
}

const APP_FOLDER = fileURLToPath(new URL("../../../dist", import.meta.url));
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const IDLE_TIMEOUT_MS = 60_000;
/** How often Node looks for late headers; its default would let 10 s become 40 s. */
const TIMEOUT_CHECK_MS = 1_000;
const PING_SECONDS = 30;
const SUMMARY_MS = 60_000;

/** Starts the whole service: the built app, its configuration and the WebSocket hub. @throws ListenError */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const log = options.log ?? pino({ level: "silent" });
  const ice = options.ice ?? [];
  const metrics: Metrics | null = options.metrics ? createMetrics(() => sockets.counts()) : null;
  const sockets: Sockets = createSockets({
    limits: { ...DEFAULT_HUB_LIMITS, ...options.limits },
    ice,
    origins: options.origins ?? [],
    trustProxy: options.trustProxy ?? false,
    pingTicks: options.pingSeconds ?? PING_SECONDS,
    observe(event) {
      metrics?.count(event);
      if (event.type === "close") log.debug({ reason: event.closing }, "socket ended");
      if (event.type === "cut") log.debug({ reason: event.reason }, "socket cut");
    },
  });
  const listener = createRequestListener({
    appFolder: options.appFolder ?? APP_FOLDER,
    ice,
    metrics,
    onError: (error) => log.error({ error: error instanceof Error ? error.name : "unknown" }, "a request failed"),
  });
  const create = () => createHttpServer(listener, sockets, options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS);
  const { port, servers } = await listenOn(create, options.host ?? "localhost", options.port ?? 8080);
  const stopSummaries = summarize(log, sockets);
  const url = `http://${urlHost(options.host ?? "localhost")}:${port}`;
  log.info(`Starling is at ${url}`);
  return {
    port,
    url,
    counts: sockets.counts,
    async close() {
      stopSummaries();
      for (const server of servers) server.close();
      await sockets.close();
      for (const server of servers) server.closeAllConnections();
    },
  };
}

function createHttpServer(listener: RequestListener, sockets: Sockets, headersTimeout: number): Server {
  const server = createServer(
    {
      headersTimeout,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    listener,
  );
  // Not server.setTimeout, which would leave a timer with every WebSocket.
  server.on("request", (_, response) => response.setTimeout(IDLE_TIMEOUT_MS));
  server.on("upgrade", (request, stream, head) => {
    const path = request.url?.split("?", 1)[0];
    if (path === "/ws") sockets.upgrade(request, stream, head);
    else refuseUpgrade(stream, "404 Not Found");
  });
  return server;
}

/** One line a minute while anybody is connected. */
function summarize(log: Logger, sockets: Sockets): () => void {
  const timer = setInterval(() => {
    const counts = sockets.counts();
    if (counts.sockets > 0) log.info(counts, "connected");
  }, SUMMARY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** A host to put into an address: where one listens everywhere, this machine is meant. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
