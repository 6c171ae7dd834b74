import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureStore, type StoreFigures } from "../micro/store.ts";
import { launchOnDisk } from "./browsers.ts";
import { starling } from "./starling.ts";

const MB = 1_000_000;

/** Size of the file that is hashed and shared. */
export const LOCAL_BYTES: number = 128 * MB;

/** What a browser does by itself, in MB/s, with its profile on disk. */
export interface LocalFigures {
  /** SHA-256 by WebCrypto over blocks of 128 KiB, one after another. */
  readonly sha256: number;
  /** `share()`: read, hash, encrypt, hash, store, name by a link. */
  readonly share: number;
  readonly store: readonly StoreFigures[];
}

/** @param bytes of the file that is shared. */
export async function measureLocalWork(bytes: number): Promise<LocalFigures> {
  const profile = await mkdtemp(join(tmpdir(), "starling-bench-"));
  const context = await launchOnDisk(profile);
  const { address, close } = await starling();
  try {
    const page = await context.newPage();
    const sha256 = await page.goto(address).then(() => page.evaluate(hashing, bytes));
    await page.waitForFunction(() => window.starling !== undefined);
    const share = await page.evaluate(sharing, bytes);
    return { sha256, share, store: await measureStore(page) };
  } finally {
    await context.close();
    await close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** The same, to read. */
export function localTable({ sha256, share, store }: LocalFigures): string {
  const lines = [`SHA-256 ${sha256.toFixed(0)} MB/s, share() ${share.toFixed(0)} MB/s`];
  for (const { pieceBytes, writeMbPerS, reads } of store) {
    const read = reads.runs.mbPerS.toFixed(0);
    lines.push(`store, pieces of ${pieceBytes / 1024} KiB: write ${writeMbPerS.toFixed(0)} MB/s, read ${read} MB/s`);
  }
  return lines.join("\n");
}

async function hashing(bytes: number): Promise<number> {
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const piece = new Uint8Array(2 * block.length);
  piece.set(block);
  const started = performance.now();
  for (let done = 0; done < bytes; done += piece.length) await crypto.subtle.digest("SHA-256", piece);
  return bytes / 1000 / (performance.now() - started);
}

async function sharing(bytes: number): Promise<number> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let left = bytes; left > 0; left -= 65_536)
    parts.push(crypto.getRandomValues(new Uint8Array(Math.min(65_536, left))));
  const file = new File(parts, "file.bin");
  const started = performance.now();
  await window.starling?.share([file]);
  return bytes / 1000 / (performance.now() - started);
}
