import { parseLink, type ShareLink } from "@starling/protocol";
import type { OpenOptions, Share } from "./api.ts";
import { abortError, LinkError, NotFoundError, PasswordError, StarlingError } from "./errors.ts";
import type { LiveShare } from "./live-share.ts";
import { NEW, type ShareData } from "./record.ts";

/** How long `open` looks for the list of files before it says that nobody is there. */
const OPEN_WAIT_MS = 20_000;

/** Manifests of protected shares that were not opened yet are kept for the next try at the password. */
const MANIFESTS_KEPT = 8;
const lockedManifests = new Map<string, Uint8Array>();

/** Where `open` finds and makes shares. */
export interface ShareShelf {
  /** Of this browser, whichever tab made it. */
  find(root: string): Promise<LiveShare | undefined>;
  /** Makes, keeps and starts a share for a link that is new here; one that was opened meanwhile is returned. */
  add(data: ShareData): Promise<LiveShare>;
}

/** See Client.open. */
export async function openLink(shelf: ShareShelf, text: string, options: OpenOptions): Promise<Share> {
  const parsed = parseLink(text);
  if (!parsed.ok) throw new LinkError(parsed.reason, parsed.message);
  options.signal?.throwIfAborted();
  const known = await shelf.find(parsed.link.root);
  known?.addHints(parsed.link.hints);
  const share = known ?? (await shelf.add(dataOf(parsed.link)));
  try {
    await listed(share, options);
  } catch (error) {
    // A wrong password or a change of mind leaves nothing behind; nobody being there leaves a share that waits.
    if (!known && !(error instanceof NotFoundError)) {
      if (error instanceof PasswordError) keepManifest(share);
      await share.remove();
    }
    throw error;
  }
  return share;
}

async function listed(share: LiveShare, { password, signal }: OpenOptions): Promise<void> {
  const stops = [share.ending.signal, ...(signal ? [signal] : [])];
  try {
    await soon(share, () => share.model.manifest !== null || failed(share), stops);
    await share.unlock(password);
    await soon(share, () => share.model.isListed || failed(share), stops);
  } catch (error) {
    if (signal?.aborted) throw abortError("Opening the link was stopped.");
    throw error;
  }
}

/** Waits for the network, and says NotFoundError when it does not come; stretching a password takes its own time. */
async function soon(share: LiveShare, ready: () => boolean, stops: readonly AbortSignal[]): Promise<void> {
  const late = AbortSignal.timeout(OPEN_WAIT_MS);
  try {
    await share.watch.until(ready, AbortSignal.any([late, ...stops]));
  } catch (error) {
    throw late.aborted && error === late.reason ? new NotFoundError(share) : error;
  }
}

function keepManifest({ model }: LiveShare): void {
  if (model.data.manifest) lockedManifests.set(model.root, model.data.manifest);
  const [oldest] = lockedManifests.keys();
  if (oldest && lockedManifests.size > MANIFESTS_KEPT) lockedManifests.delete(oldest);
}

function failed(share: LiveShare): boolean {
  if (share.state === "failed") throw new StarlingError(share.error ?? "This share cannot be opened.");
  return false;
}

function dataOf(link: ShareLink): ShareData {
  return {
    ...NEW,
    created: Date.now(),
    mine: false,
    title: "",
    root: link.root,
    secret: link.secret,
    unlocked: null,
    manifest: lockedManifests.get(link.root) ?? null,
    catalog: null,
    hints: link.hints,
    wanted: [],
    keep: "store",
    handles: {},
  };
}
