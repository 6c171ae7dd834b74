import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a folder holds, by path: file contents, or null for a folder that is empty. */
export async function tree(folder: string): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (entry.isFile()) found[name] = (await readFile(path)).toString("base64");
    else if ((await readdir(path)).length === 0) found[name] = null;
  }
  return found;
}

/** Unpacks an archive into a new folder, and says what that holds then. */
export async function unzipped(archive: string, into: string): Promise<Record<string, string | null>> {
  await mkdir(into);
  await run("unzip", ["-q", archive, "-d", into], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
  return tree(into);
}
