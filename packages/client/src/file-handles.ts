import type { FileInfo } from "./api.ts";
import type { Content } from "./content.ts";
import { SourceError } from "./errors.ts";
import type { Handles, SourceFile, SourceTree } from "./sources.ts";

type Handle = Handles[string];

/** Chromium's permission calls on handles (WICG File System Access), which the DOM types lack. */
interface Permission {
  queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
}

/** Files opened at once: each takes a turn of the browser's main process. */
const AT_ONCE = 32;

/**
 * Opens a share's files by kept handles; null when there are none, or the browser does not allow it. `ask` shows the
 * browser's question, once for a folder, and needs a click of the user. Rejects with SourceError that names a file which can
 * no longer be read.
 */
export async function grantedSources(
  handles: Handles,
  wanted: readonly FileInfo[],
  how: "granted" | "ask",
): Promise<SourceTree | null> {
  const kept = Object.values(handles);
  if (kept.length === 0) return null;
  for (const handle of kept) if (!(await isAllowed(handle, how))) return null;
  const opened = new OpenedHandles(handles, wanted.length === 1);
  const files: SourceFile[] = [];
  for (let first = 0; first < wanted.length; first += AT_ONCE) {
    const some = wanted.slice(first, first + AT_ONCE);
    files.push(...(await Promise.all(some.map(({ path }) => opened.file(path.split("/"))))));
  }
  return { files, folders: [], handles };
}

/** Makes a share's content come from these files; that their bytes are the same is checked piece by piece later. */
export function attachSources(content: Content, files: readonly FileInfo[], tree: SourceTree): void {
  for (const [index, source] of matchingSources(files, tree).entries()) content.sources.set(index, source);
}

/**
 * Sources for the files of a share, in its order and under its paths. A single file may have another name than it had. Throws
 * SourceError that names the first file that is missing or has another size.
 */
export function matchingSources(files: readonly FileInfo[], tree: SourceTree): SourceFile[] {
  const byPath = new Map(tree.files.map((source) => [source.path.join("/"), source]));
  const only = files.length === 1 && tree.files.length === 1 ? tree.files[0] : undefined;
  return files.map(({ path, size }) => {
    const source = byPath.get(path) ?? only;
    if (!source) throw new SourceError(`“${path}” is missing. Choose all the files of this share again, in one go.`);
    if (source.file.size !== size)
      throw new SourceError(
        `“${path}” has another size than when it was shared. Choose the same version, or share it again.`,
      );
    return { path: path.split("/"), file: source.file };
  });
}

/** Finds files by the handles that were kept: their own, or of a folder above them. */
class OpenedHandles {
  readonly #handles: Handles;
  /** The share has one file, which may have another name than its handle. */
  readonly #single: boolean;
  readonly #folders = new Map<string, Promise<FileSystemDirectoryHandle>>();

  constructor(handles: Handles, single: boolean) {
    this.#handles = handles;
    this.#single = single;
  }

  async file(path: readonly string[]): Promise<SourceFile> {
    try {
      return { path, file: await (await this.#handleOf(path)).getFile() };
    } catch {
      throw new SourceError(
        `“${path.join("/")}” can no longer be read. Choose all the files of this share again, in one go.`,
      );
    }
  }

  async #handleOf(path: readonly string[]): Promise<FileSystemFileHandle> {
    const own = this.#handles[path.join("/")] ?? (this.#single ? Object.values(this.#handles)[0] : undefined);
    if (own?.kind === "file") return own;
    const folder = await this.#folder(path.slice(0, -1));
    return folder.getFileHandle(path.at(-1) ?? "");
  }

  #folder(path: readonly string[]): Promise<FileSystemDirectoryHandle> {
    const key = path.join("/");
    const known = this.#folders.get(key) ?? this.#openFolder(path);
    this.#folders.set(key, known);
    return known;
  }

  async #openFolder(path: readonly string[]): Promise<FileSystemDirectoryHandle> {
    const own = this.#handles[path.join("/")];
    if (own?.kind === "directory") return own;
    if (path.length === 0) throw new Error("no handle was kept");
    const parent = await this.#folder(path.slice(0, -1));
    return parent.getDirectoryHandle(path.at(-1) ?? "");
  }
}

/** Without a click, or where the browser has none of this, nothing is allowed. */
async function isAllowed(handle: Handle & Permission, how: "granted" | "ask"): Promise<boolean> {
  const answer =
    how === "ask" ? handle.requestPermission?.({ mode: "read" }) : handle.queryPermission?.({ mode: "read" });
  return (await answer?.catch(() => null)) === "granted";
}
