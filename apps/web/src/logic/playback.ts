import type { ShareView } from "../state/share-view.ts";
import type { MediaKind } from "./media-types.ts";

/** What keeps a file from being shown. */
export type PlaybackTrouble = "no-worker" | "no-source" | "unreadable";

const VERB: Record<MediaKind, string> = { video: "play", audio: "play", image: "show" };
const THING: Record<MediaKind, string> = { video: "film", audio: "recording", image: "picture" };

/** What to say about a file that cannot be shown, and what to do. */
export function troubleSentence(trouble: PlaybackTrouble, kind: MediaKind): string {
  if (trouble === "no-worker") {
    return `This browser lets the page install no service worker (a private window often does not), so it cannot ${VERB[kind]} the ${THING[kind]} here. Download and save it instead.`;
  }
  if (trouble === "no-source")
    return `The ${THING[kind]} could not be read. Open the share's page again, then try once more.`;
  return `This browser cannot ${VERB[kind]} this ${THING[kind]}: it does not know the format, or the file is damaged. Save it and open it with another program.`;
}

/** Why nothing comes, if there is a reason; null while it only takes time. `isHere`: the whole file is in this browser. */
export function waitingSentence(share: Pick<ShareView, "state" | "peers">, isHere: boolean): string | null {
  if (isHere) return null;
  if (share.state === "paused") return "This share is paused. Press Resume on its page to go on.";
  if (share.state === "failed") return "This share has stopped. Its page says why.";
  if (share.state === "elsewhere")
    return "This share runs in another tab of this browser, which fetches what is missing.";
  if (share.state === "needs-files")
    return "The browser no longer has access to this file. Choose it again on the page.";
  return share.peers.length > 0
    ? null
    : "Nobody who has this file is online now. It goes on by itself when someone comes.";
}

/** Whether a share's files may be shown at all: listed, and not given up. */
export function canShowFiles({ state }: Pick<ShareView, "state">): boolean {
  return state !== "preparing" && state !== "needs-files";
}
