/** What may be wrong with a share that runs: what happened, and what to do next. */

export const BAD_SHARE = "This share was made wrongly and cannot be read. Ask the sender to share the files again.";
export const NO_HONEST_SOURCE =
  "Everyone who offered these files sent wrong bytes. Nothing wrong was kept. Press Resume to try again when other people are online.";
export const NO_ROOM =
  "This browser has no room left for these files. Free some space, then press Resume: what is here already is kept.";
export const STORE_BROKEN =
  "This browser refused to store the files. Close other tabs or restart the browser, then press Resume.";

export function fileChanged(name: string): string {
  return `The file changed on disk: “${name}” is no longer what the link names. Share it again to send the new version.`;
}
