import type { Content } from "./content.ts";
import { SourceError } from "./errors.ts";
import type { SourceFile, SourceTree } from "./sources.ts";

/** Chromium's permission calls on handles (WICG File System Access), which the DOM types lack. */
interface PermissionHandle extends FileSystemFileHandle {
  queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
}

type Handles = Readonly<Record<string, FileSystemFileHandle>>;

/** The handles that came with a tree, by path. */
export function handlesOf(tree: SourceTree): Handles {
  return Object.fromEntries(
    tree.files.flatMap(({ path, handle }) => (handle ? [[path.join("/"), handle] as const] : [])),
  );
}

/**
 * Opens kept handles; null when there are none, a file is gone, or the browser does not allow it. `ask` shows the browser's
 * question and needs a click of the user.
 */
export async function grantedSources(handles: Handles, how: "granted" | "ask"): Promise<SourceTree | null> {
  const files: SourceFile[] = [];
  for (const [path, handle] of Object.entries(handles)) {
    if (!(await isAllowed(handle, how))) return null;
    const file = await handle.getFile().catch(() => null);
    if (!file) return null;
    files.push({ path: path.split("/"), file, handle });
  }
  return files.length > 0 ? { files, folders: [] } : null;
}

/**
 * Makes a share's content come from these files. A single file may have another name than it had. Throws SourceError that
 * names the first file that is missing or has another size; that its bytes are the same is checked piece by piece later.
 */
export function attachSources(content: Content, tree: SourceTree): void {
  const byPath = new Map(tree.files.map((source) => [source.path.join("/"), source]));
  const only = content.catalog.files.length === 1 && tree.files.length === 1 ? tree.files[0] : undefined;
  const found = content.catalog.files.map((file) => {
    const path = file.path.join("/");
    const source = byPath.get(path) ?? only;
    if (!source) throw new SourceError(`“${path}” is missing. Choose all the files of this share again, in one go.`);
    if (source.file.size !== file.size)
      throw new SourceError(
        `“${path}” has another size than when it was shared. Choose the same version, or share it again.`,
      );
    return source;
  });
  for (const [index, source] of found.entries()) content.sources.set(index, source);
}

async function isAllowed(handle: PermissionHandle, how: "granted" | "ask"): Promise<boolean> {
  const state =
    how === "ask"
      ? await handle.requestPermission?.({ mode: "read" })
      : await handle.queryPermission?.({ mode: "read" });
  return state === "granted";
}
