import { parseLink, type ShareLink } from "@starling/protocol";
import type { OpenOptions, Share } from "./api.ts";
import { abortError, LinkError, NotFoundError, StarlingError } from "./errors.ts";
import type { LiveShare } from "./live-share.ts";
import type { ShareData } from "./record.ts";

/** How long `open` looks for the list of files before it says that nobody is there. */
export const OPEN_WAIT_MS = 20_000;

/** Where `open` finds and makes shares. */
export interface ShareShelf {
  byRoot(root: string): LiveShare | undefined;
  /** Makes, keeps and starts a share for a link that is new here. */
  add(data: ShareData): Promise<LiveShare>;
}

/** See Client.open. */
export async function openLink(shelf: ShareShelf, text: string, options: OpenOptions): Promise<Share> {
  const parsed = parseLink(text);
  if (!parsed.ok) throw new LinkError(parsed.reason, parsed.message);
  options.signal?.throwIfAborted();
  const known = shelf.byRoot(parsed.link.root);
  known?.addHints(parsed.link.hints);
  const share = known ?? (await shelf.add(dataOf(parsed.link)));
  try {
    await listed(share, options);
  } catch (error) {
    // A wrong password or a change of mind leaves nothing behind; nobody being there leaves a share that waits.
    if (!known && !(error instanceof NotFoundError)) await share.remove();
    throw error;
  }
  return share;
}

async function listed(share: LiveShare, { password, signal }: OpenOptions): Promise<void> {
  const late = AbortSignal.timeout(OPEN_WAIT_MS);
  const signals = [late, share.ending.signal, ...(signal ? [signal] : [])];
  const until = (ready: () => boolean) => share.watch.until(ready, AbortSignal.any(signals));
  try {
    await until(() => share.model.manifest !== null || failed(share));
    await share.unlock(password);
    await until(() => share.model.isListed || failed(share));
  } catch (error) {
    if (late.aborted && error === late.reason) throw new NotFoundError(share);
    if (signal?.aborted) throw abortError("Opening the link was stopped.");
    throw error;
  }
}

function failed(share: LiveShare): boolean {
  if (share.state === "failed") throw new StarlingError(share.error ?? "This share cannot be opened.");
  return false;
}

function dataOf(link: ShareLink): ShareData {
  return {
    v: 1,
    created: Date.now(),
    mine: false,
    title: "",
    root: link.root,
    secret: link.secret,
    unlocked: null,
    manifest: null,
    catalog: null,
    hints: link.hints,
    wanted: [],
    paused: false,
    keep: "store",
    handles: {},
  };
}
