import type { ServerResponse } from "node:http";

/** SHA-256 sources (`'sha256-...'`) of style elements that a library of the page injects. */
const INJECTED_STYLES: readonly string[] = [];

/**
 * What the page may load: its own files, and blobs that it made itself. `'self'` in connect-src covers the WebSocket of
 * the same host (CSP level 3, scheme upgrade of match-url).
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  ["style-src 'self'", ...INJECTED_STYLES].join(" "),
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": PAGE_POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
