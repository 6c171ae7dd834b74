// Where Chromium is and how it is started; shared by the set-up, Vitest and Playwright. Node's own modules only.

/** Flags for a headless Chromium that makes no connection of its own and shows host candidates as addresses. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/**
 * Path of the system's Chromium, `STARLING_CHROMIUM` first; undefined means Playwright's own download.
 * @param {(path: string) => boolean} exists
 * @returns {string | undefined}
 */
export function chromiumPath(exists) {
  return [process.env.STARLING_CHROMIUM, ...CANDIDATES].find((path) => path !== undefined && exists(path));
}
