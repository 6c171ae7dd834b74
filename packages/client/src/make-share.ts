import { deriveContentKeys, LayoutError, makeBitfield, setBit } from "@starling/protocol";
import type { Share, ShareOptions } from "./api.ts";
import type { Core } from "./core.ts";
import { SourceError } from "./errors.ts";
import { attachSources } from "./file-handles.ts";
import type { LiveShare } from "./live-share.ts";
import { ContentCopy, noRoom, PieceWriter } from "./piece-writer.ts";
import { type PreparedShare, prepareShare } from "./prepare.ts";
import { NEW, type ShareData } from "./record.ts";
import { readSources, type SourceTree, titleOf, totalSize } from "./sources.ts";
import { quota } from "./storage-room.ts";
import { unlockedSecret } from "./unlock.ts";

/** Shares up to this many bytes are copied into the store, so that they survive a reload (protocol, "Content"). */
const COPY_LIMIT = 1024 ** 3;

/** Of the browser's quota, what one copied share may take. */
const COPY_QUOTA_PART = 0.1;

/** Held while preparing, so that the sweep for abandoned pieces leaves a share's pieces alone before its record exists. */
export const PREPARING_LOCK = "starling:preparing";

/** Makes and keeps the preparing share that `data` describes. */
export type AddPreparing = (data: ShareData, bytesTotal: number) => LiveShare;

/** See Client.share. */
export async function makeShare(
  core: Core,
  add: AddPreparing,
  sources: Parameters<typeof readSources>[0],
  options: ShareOptions,
): Promise<Share> {
  const tree = readSources(sources);
  const keep = await whereToKeep(totalSize(tree));
  const share = add(newData(tree, keep, options), totalSize(tree));
  options.onPreparing?.(share);
  try {
    await navigator.locks.request(PREPARING_LOCK, { mode: "shared" }, () => prepare(core, share, tree, options));
  } catch (error) {
    const removed = share.ending.signal.aborted;
    await share.remove();
    if (error instanceof LayoutError) throw new SourceError(error.message);
    throw removed ? share.ending.signal.reason : error;
  }
  await share.start();
  core.tabs.post({ type: "saved", id: share.id });
  return share;
}

async function whereToKeep(bytes: number): Promise<"store" | "files"> {
  if (bytes > COPY_LIMIT) return "files";
  const room = await quota();
  return room !== null && bytes > room * COPY_QUOTA_PART ? "files" : "store";
}

function newData(tree: SourceTree, keep: "store" | "files", { title }: ShareOptions): ShareData {
  return {
    ...NEW,
    created: Date.now(),
    mine: true,
    title: sayable(title?.trim() || titleOf(tree)),
    root: null,
    secret: crypto.getRandomValues(new Uint8Array(32)),
    unlocked: null,
    manifest: null,
    catalog: null,
    hints: [],
    wanted: "all",
    keep,
    handles: tree.handles,
  };
}

/** A title that the catalog can hold: at most 250 characters, no half of a surrogate pair. */
function sayable(title: string): string {
  return new TextDecoder().decode(new TextEncoder().encode([...title].slice(0, 250).join("")));
}

async function prepare(core: Core, share: LiveShare, tree: SourceTree, options: ShareOptions): Promise<void> {
  const { data } = share.model;
  const unlocked = await unlockedSecret(data.secret, options.password);
  const copy = new ContentCopy(core.store, data.keep === "store");
  const list = new PieceWriter(core.store);
  const { signal } = share.ending;
  try {
    const prepared = await prepareShare(tree, {
      keys: deriveContentKeys(unlocked),
      hasPassword: Boolean(options.password),
      title: data.title,
      created: data.created,
      signal,
      keep: (piece, kind) => (kind === "catalog" ? copy.finish().then(() => list.add(piece)) : copy.add(piece)),
      progress: (bytes) => {
        if (share.preparation) share.preparation.bytesDone = bytes;
        share.touch();
      },
    });
    await list.flush();
    signal.throwIfAborted();
    if (data.keep === "store" && !copy.isKept) Object.assign(data, { keep: "files", noRoom: true });
    await keepRecord(core, share, prepared, unlocked);
  } catch (error) {
    await Promise.all([copy.undo(), list.undo()]);
    throw error;
  }
  if (data.keep === "files" && share.model.content) attachSources(share.model.content, tree);
}

async function keepRecord(core: Core, share: LiveShare, prepared: PreparedShare, unlocked: Uint8Array): Promise<void> {
  const { data } = share.model;
  data.root = prepared.root;
  data.unlocked = unlocked;
  data.catalog = prepared.catalogBytes;
  share.model.learnManifest(prepared.manifest);
  const saved = await share.model.save();
  if (!saved.ok) throw noRoom(saved);
  const { manifest } = share.model;
  if (!manifest) return;
  const bits = makeBitfield(manifest.pieceCount);
  const kept = data.keep === "store" ? manifest.pieceCount : manifest.catalogPieces;
  for (let piece = 0; piece < kept; piece++) setBit(bits, piece);
  // Only what other tabs show hangs on it: what is really here is counted at every start.
  await core.store.write({ pieces: [], haves: [{ shareId: share.id, bits }] });
}
