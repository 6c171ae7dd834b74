import { type IceServer, MAX_ICE_SERVERS, MAX_ICE_TEXT, MAX_ICE_URLS } from "@starling/protocol";

const URL_FORM = /^(?:stuns?|turns?):[^\s,]+$/;

/**
 * Reads ICE servers from a comma list of addresses (`stun:host:3478, turn:...`), one server each, or from a JSON array of
 * RTCIceServer objects, which may carry `username` and `credential`. Null: not readable.
 */
export function parseIceServers(text: string): IceServer[] | null {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  const servers = trimmed.startsWith("[")
    ? parseArray(trimmed)
    : trimmed.split(",").map((url) => parseServer(url.trim()));
  if (servers === null || servers.length > MAX_ICE_SERVERS) return null;
  return servers.every((server) => server !== null) ? servers : null;
}

function parseArray(json: string): (IceServer | null)[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.map(parseServer) : null;
  } catch {
    return null;
  }
}

function parseServer(value: unknown): IceServer | null {
  if (typeof value === "string") return parseServer({ urls: [value] });
  if (typeof value !== "object" || value === null) return null;
  const { urls, username, credential } = value as Record<string, unknown>;
  const list: unknown[] = Array.isArray(urls) ? urls : [urls];
  if (list.length === 0 || list.length > MAX_ICE_URLS || !list.every(isIceUrl)) return null;
  if (![username, credential].every((text) => text === undefined || isText(text))) return null;
  return {
    urls: list,
    ...(isText(username) ? { username } : {}),
    ...(isText(credential) ? { credential } : {}),
  };
}

function isIceUrl(value: unknown): value is string {
  return isText(value) && URL_FORM.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_ICE_TEXT;
}
