import type { Share, ShareOptions, Source } from "./api.ts";
import type { Core } from "./core.ts";
import type { LiveShare } from "./live-share.ts";
import { prepareHere } from "./preparing.ts";
import { type Draft, NEW, type ShareData } from "./record.ts";
import { readSources, type SourceTree, titleOf, totalSize } from "./sources.ts";
import { quota } from "./storage-room.ts";

/** Shares up to this many bytes are copied into the store, so that they survive a reload (protocol, "Content"). */
const COPY_LIMIT = 1024 ** 3;

/** Of the browser's quota, what one copied share may take. */
const COPY_QUOTA_PART = 0.1;

/** Makes and keeps the preparing share that `data` describes. */
export type AddPreparing = (data: ShareData, bytesTotal: number) => LiveShare;

/** See Client.share. */
export async function makeShare(
  core: Core,
  add: AddPreparing,
  sources: readonly Source[],
  options: ShareOptions,
): Promise<Share> {
  const tree = readSources(sources);
  const keep = await whereToKeep(totalSize(tree));
  const share = add(newData(tree, keep, options), totalSize(tree));
  options.onPreparing?.(share);
  try {
    await prepareHere(core, share, tree, options.password);
  } catch (error) {
    await share.remove();
    throw error;
  }
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
    draft: draftOf(tree),
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

function draftOf({ files, folders }: SourceTree): Draft {
  return {
    files: files.map(({ path, file: { size, type } }) => ({ path: path.join("/"), size, type })),
    folders: folders.map((path) => path.join("/")),
  };
}

/** A title that the catalog can hold: at most 250 characters, no half of a surrogate pair. */
function sayable(title: string): string {
  return new TextDecoder().decode(new TextEncoder().encode([...title].slice(0, 250).join("")));
}
