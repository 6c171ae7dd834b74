import { existsSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import type { IceServer } from "@starling/protocol";
import sirv from "sirv";
import type { Metrics } from "./metrics.ts";
import { setSecurityHeaders } from "./security-headers.ts";

export interface RequestOptions {
  /** The built app. */
  readonly appFolder: string;
  readonly ice: readonly IceServer[];
  /** Null: there is no `/metrics`. */
  readonly metrics: Metrics | null;
  readonly onError: (error: unknown) => void;
}

/** Files whose names carry a hash of their content; Vite puts them here. */
const HASHED_FILES = "/assets/";
/** An old one must never live on in a cache. */
const SERVICE_WORKER = "/sw.js";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers all HTTP requests but upgrades: the built app, `/healthz`, `/config.json` and, if wanted, `/metrics`. */
export function createRequestListener(options: RequestOptions): RequestListener {
  const { metrics } = options;
  const routes = new Map<string, Route>([
    ["/healthz", (_, response) => sendJson(response, { status: "ok" })],
    ["/config.json", (_, response) => sendJson(response, { ice: options.ice })],
    ["/ws", (_, response) => sendText(response, 426, "This address speaks WebSocket.")],
  ]);
  if (metrics !== null) routes.set("/metrics", (_, response) => sendMetrics(response, metrics, options.onError));
  const files = serveFiles(options.appFolder);
  return (request, response) => {
    try {
      setSecurityHeaders(response);
      const path = request.url?.split("?", 1)[0] ?? "/";
      if (request.method !== "GET" && request.method !== "HEAD") sendText(response, 405, "Only GET is answered here.");
      else (routes.get(path) ?? files)(request, response);
    } catch (error) {
      options.onError(error);
      if (!response.headersSent) sendText(response, 500, "Something went wrong.");
    }
  };
}

/** The list of files is read once: a new build needs a restart. */
function serveFiles(folder: string): Route {
  if (!existsSync(join(folder, "index.html"))) {
    return (_, response) => sendText(response, 503, "The app is not built yet; npm start builds it.");
  }
  const serve = sirv(folder, { etag: true, brotli: true, gzip: true, setHeaders: setCaching });
  return (request, response) => {
    // The app's files are small; sirv throws on a range that ends before it begins.
    delete request.headers.range;
    serve(request, response, () => {
      const link = escapedLink(request.url ?? "/");
      if (link === null) return sendText(response, 404, "There is nothing here.");
      response.setHeader("Location", link);
      sendText(response, 302, "This link was changed on its way.");
    });
  };
}

/** `%23` and the rest of a path; `#` starts a part that is not sent, so only a messenger that escapes links asks for it. */
const ESCAPED_LINK = /\/%23((?:\/|%2f)s(?:\/|%2f).*)$/i;

/** Where a link leads whose `#` was escaped, relative to the path, as a proxy may serve the app below one; else null. */
function escapedLink(path: string): string | null {
  const route = ESCAPED_LINK.exec(path)?.[1];
  if (route === undefined) return null;
  const up = "../".repeat(route.split("/").length - 1) || "./";
  return `${up}#${route.replaceAll(/%2f/gi, "/")}`;
}

function setCaching(response: ServerResponse, path: string): void {
  response.setHeader("Cache-Control", cachingOf(path));
}

function cachingOf(path: string): string {
  if (path.startsWith(HASHED_FILES)) return `public, max-age=${YEAR_SECONDS}, immutable`;
  return path === SERVICE_WORKER ? "no-store" : "no-cache";
}

function sendMetrics(response: ServerResponse, metrics: Metrics, onError: (error: unknown) => void): void {
  metrics.registry.metrics().then(
    (text) => send(response, 200, metrics.registry.contentType, text),
    (error) => {
      onError(error);
      sendText(response, 500, "Something went wrong.");
    },
  );
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, "application/json", JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8", `${text}\n`);
}

/** Node leaves the body out of an answer to HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(body);
}
