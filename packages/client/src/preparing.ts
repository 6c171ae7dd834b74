import { deriveContentKeys, equalBytes, LayoutError, makeBitfield, setBit } from "@starling/protocol";
import type { Core } from "./core.ts";
import { SourceError, StarlingError } from "./errors.ts";
import { attachSources, matchingSources } from "./file-handles.ts";
import { FreshPieces } from "./fresh-pieces.ts";
import type { LiveShare } from "./live-share.ts";
import { holdLock } from "./locks.ts";
import { ContentCopy, noRoom, PieceWriter } from "./piece-writer.ts";
import { type PreparedShare, prepareShare } from "./prepare.ts";
import { newPreparation } from "./progress.ts";
import { type SourceTree, totalSize } from "./sources.ts";
import { unlockedSecret } from "./unlock.ts";

/** Held while preparing, so that the sweep for abandoned pieces leaves a share's pieces alone before its record names them. */
export const PREPARING_LOCK = "starling:preparing";

/** Held by the tab that prepares this share. */
export function preparingLock(id: string): string {
  return `preparing:${id}`;
}

/**
 * Goes on with a share whose preparation ended with its tab; nothing of it was published, so it begins anew. Rejects with
 * SourceError when these are not its files, or as `makeShare` does; the share stays as it was.
 */
export async function prepareAgain(core: Core, share: LiveShare, tree: SourceTree): Promise<void> {
  const { model } = share;
  const files = matchingSources(model.files, tree);
  const folders = model.folders.map((path) => path.split("/"));
  model.data.handles = tree.handles;
  share.preparation = newPreparation(totalSize(tree));
  try {
    await prepareHere(core, share, { files, folders, handles: tree.handles }, undefined);
  } catch (error) {
    share.preparation = null;
    share.touch();
    throw error;
  }
}

/** Prepares the share in this tab and starts it. Rejects with SourceError, StorageError, or why the share ended. */
export async function prepareHere(
  core: Core,
  share: LiveShare,
  tree: SourceTree,
  password: string | undefined,
): Promise<void> {
  const lock = await holdLock(preparingLock(share.id), { waitMs: 0 });
  if (!lock) throw new StarlingError("These files are being prepared in another tab of this browser.");
  const fresh = new FreshPieces(totalSize(tree));
  try {
    await navigator.locks.request(PREPARING_LOCK, { mode: "shared" }, () =>
      prepare(core, share, tree, password, fresh),
    );
  } catch (error) {
    share.ending.signal.throwIfAborted();
    throw error instanceof LayoutError ? new SourceError(error.message) : error;
  } finally {
    lock.release();
  }
  await share.start();
  const { manifest, root, data } = share.model;
  if (manifest && data.keep === "store") core.swarm.made(root, fresh.placed(manifest));
  core.tabs.post({ type: "saved", id: share.id });
}

async function prepare(
  core: Core,
  share: LiveShare,
  tree: SourceTree,
  password: string | undefined,
  fresh: FreshPieces,
): Promise<void> {
  const { data } = share.model;
  const { signal } = share.ending;
  const unlocked = data.unlocked ?? (await unlockedSecret(data.secret, password));
  signal.throwIfAborted();
  data.unlocked = unlocked;
  await save(share);
  const copy = new ContentCopy(core.store, data.keep === "store");
  const list = new PieceWriter(core.store);
  try {
    const prepared = await prepareShare(tree, {
      keys: deriveContentKeys(unlocked),
      hasPassword: !equalBytes(unlocked, data.secret),
      title: data.title,
      created: data.created,
      signal,
      keep: (piece, kind) => {
        fresh.add(piece);
        return kind === "catalog" ? copy.finish().then(() => list.add(piece)) : copy.add(piece);
      },
      progress: (bytes) => {
        if (share.preparation) share.preparation.bytesDone = bytes;
        share.touch();
      },
    });
    await list.flush();
    signal.throwIfAborted();
    if (data.keep === "store" && !copy.isKept) Object.assign(data, { keep: "files", noRoom: true });
    await keepRecord(core, share, prepared);
  } catch (error) {
    await Promise.all([copy.undo(), list.undo()]);
    throw error;
  }
  if (data.keep === "files" && share.model.content) attachSources(share.model.content, share.model.files, tree);
}

async function keepRecord(core: Core, share: LiveShare, prepared: PreparedShare): Promise<void> {
  const { data } = share.model;
  data.root = prepared.root;
  data.draft = null;
  data.catalog = prepared.catalogBytes;
  share.model.learnManifest(prepared.manifest);
  await save(share);
  const { manifest } = share.model;
  if (!manifest) return;
  const bits = makeBitfield(manifest.pieceCount);
  const kept = data.keep === "store" ? manifest.pieceCount : manifest.catalogPieces;
  for (let piece = 0; piece < kept; piece++) setBit(bits, piece);
  // Only what other tabs show hangs on it: what is really here is counted at every start.
  await core.store.write({ pieces: [], haves: [{ shareId: share.id, bits }] });
}

async function save(share: LiveShare): Promise<void> {
  const saved = await share.model.save();
  if (!saved.ok) throw noRoom(saved);
}
