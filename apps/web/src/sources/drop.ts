import type { Source } from "@starling/client";

/** What a dropped item can be read as, gathered while the event lasts: afterwards the browser empties it. */
interface DroppedItem {
  readonly handle: Promise<FileSystemHandle | null>;
  readonly entry: FileSystemEntry | null;
  readonly file: File | null;
}

/** Everything dropped, with nested and empty folders. Must be called within the `drop` event. */
export function sourcesOfDrop(transfer: DataTransfer): Promise<Source[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file").map(capture);
  return readAll(items);
}

/** Whether a drag carries files, rather than text or a part of the page. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes("Files") ?? false;
}

function capture(item: DataTransferItem): DroppedItem {
  // A handle can be kept across reloads; where it is refused (synthetic drops, other browsers) the entry or file serves.
  const handle = item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null);
  return { handle, entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile() };
}

async function readAll(items: readonly DroppedItem[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const item of items) {
    const handle = await item.handle;
    if (handle) await readHandle(handle as FileSystemFileHandle | FileSystemDirectoryHandle, sources);
    else if (item.entry) await readEntry(item.entry, "", sources);
    else if (item.file) sources.push(item.file);
  }
  return sources;
}

/** A folder keeps one handle for all that is in it: the browser asks about each that is kept. */
export async function readHandle(
  handle: FileSystemFileHandle | FileSystemDirectoryHandle,
  sources: Source[],
): Promise<void> {
  if (handle.kind === "file") {
    sources.push({ path: handle.name, file: await handle.getFile(), handle });
    return;
  }
  sources.push({ path: handle.name, folder: true, handle });
  await readFolder(handle, handle.name, sources);
}

/** Depth first; an empty folder is named, others follow from their files' paths. */
async function readFolder(folder: FileSystemDirectoryHandle, parent: string, sources: Source[]): Promise<void> {
  for await (const child of folder.values()) {
    const path = `${parent}/${child.name}`;
    if (child.kind === "file") {
      sources.push({ path, file: await child.getFile() });
      continue;
    }
    const before = sources.length;
    await readFolder(child, path, sources);
    if (sources.length === before) sources.push({ path, folder: true });
  }
}

/** The older File and Directory Entries API, for browsers without handles. */
export async function readEntry(entry: FileSystemEntry, parent: string, sources: Source[]): Promise<void> {
  const path = parent + entry.name;
  if (entry.isFile) {
    sources.push({ path, file: await fileOfEntry(entry as FileSystemFileEntry) });
    return;
  }
  const before = sources.length;
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) await readEntry(child, `${path}/`, sources);
  if (sources.length === before) sources.push({ path, folder: true });
}

function fileOfEntry(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** `readEntries` gives at most 100 at a time (Chromium) and an empty array at the end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return children;
    children.push(...batch);
  }
}
