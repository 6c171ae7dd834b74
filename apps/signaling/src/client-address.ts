import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * The address that a request counts for: the socket's, or, behind a trusted proxy, the last entry of `X-Forwarded-For`,
 * which is the one that the proxy itself has added; those before it are whatever the client claims.
 */
export function clientAddress(request: IncomingMessage, trustProxy: boolean): string {
  const own = request.socket.remoteAddress ?? "";
  if (!trustProxy) return own;
  const header = request.headers["x-forwarded-for"];
  const last = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? own : last;
}
