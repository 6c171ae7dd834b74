import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a WebSocket may open: its page must come from this very host or from a listed origin, so that no other site's
 * page can use its visitors' connections here. A program without an Origin is refused as well.
 * @param origins listed origins, without a path
 */
export function isOriginAllowed(
  headers: IncomingHttpHeaders,
  origins: readonly string[],
  trustProxy: boolean,
): boolean {
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  return origins.includes(url.origin) || isSameHost(url, ownHost(headers, trustProxy));
}

function ownHost(headers: IncomingHttpHeaders, trustProxy: boolean): string | undefined {
  const forwarded = headers["x-forwarded-host"];
  return trustProxy && typeof forwarded === "string" ? forwarded.split(",")[0]?.trim() : headers.host;
}

/** Compares as the page's scheme does, which leaves its default port out. */
function isSameHost(origin: URL, host: string | undefined): boolean {
  if (host === undefined) return false;
  const own = `${origin.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === origin.host;
}
