// Where Firefox is; shared by the set-up and its tests. Node's own modules only.
import { existsSync } from "node:fs";

const CANDIDATES = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/**
 * Path of the system's Firefox, `STARLING_FIREFOX` first; undefined when there is none.
 * @returns {string | undefined}
 */
export function firefoxPath() {
  return [process.env.STARLING_FIREFOX, ...CANDIDATES].find((path) => path !== undefined && existsSync(path));
}
