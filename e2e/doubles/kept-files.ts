import type { Page } from "playwright/test";
import type { Person } from "../person.ts";
import { digests } from "./made-file.ts";

interface KeptFiles {
  /** What the dialogue for files gives, and what a drop gives: a folder. */
  readonly chosen: string;
  readonly dropped: string;
  /** Paths of files of random bytes, each of `size`. */
  readonly files: readonly string[];
  readonly size: number;
}

/**
 * From the next load on the browser's dialogue for files, and drops, give handles. No test can answer the real dialogue;
 * these handles are of the page's private file system, and are kept across reloads as others are.
 */
export async function giveHandles({ context, page }: Person, kept: KeptFiles): Promise<void> {
  await page.evaluate(writeFiles, kept);
  await context.addInitScript(({ chosen, dropped }) => {
    const root = () => navigator.storage.getDirectory();
    window.showOpenFilePicker = async () => [await (await root()).getFileHandle(chosen)];
    DataTransferItem.prototype.getAsFileSystemHandle = async () => (await root()).getDirectoryHandle(dropped);
  }, kept);
}

/** SHA-256 (hex) of each MiB of one of the files. */
export async function keptDigests(page: Page, path: string): Promise<readonly string[]> {
  const stream = await page.evaluateHandle(async (path) => {
    const names = path.split("/");
    let folder = await navigator.storage.getDirectory();
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
    const handle = await folder.getFileHandle(names.at(-1) ?? "");
    return (await handle.getFile()).stream();
  }, path);
  return digests(stream);
}

async function writeFiles({ files, size }: KeptFiles): Promise<void> {
  for (const path of files) {
    const names = path.split("/");
    let folder = await navigator.storage.getDirectory();
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
    const file = await folder.getFileHandle(names.at(-1) ?? "", { create: true });
    const writing = await file.createWritable();
    for (let at = 0; at < size; at += 65_536) {
      await writing.write(crypto.getRandomValues(new Uint8Array(Math.min(65_536, size - at))));
    }
    await writing.close();
  }
}
