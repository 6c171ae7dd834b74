import { randomFillSync } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const CHUNK = 8 * 1024 * 1024;

/** Writes `bytes` random bytes, which no compression or deduplication can shorten. */
export async function randomFile(folder: string, name: string, bytes: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "w");
  for (let left = bytes; left > 0; left -= CHUNK)
    await file.write(randomFillSync(new Uint8Array(Math.min(CHUNK, left))));
  await file.close();
  return path;
}

export async function textFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}
