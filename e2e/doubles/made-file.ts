import type { JSHandle, Page } from "playwright/test";

const MIB = 1024 * 1024;

declare global {
  interface Window {
    /** The file that {@link makeFile} made. */
    madeFile?: File;
  }
}

/**
 * Makes a File in the page as `window.madeFile`: few random chunks repeated, each time behind a number, so that no two
 * pieces are equal and nothing of it stays in the script heap. Its parts are no slices of Blobs: of thousands of those
 * Chromium makes a File that now and then, on a busy machine mostly, cannot be read.
 */
export async function makeFile(page: Page, name: string, bytes: number): Promise<void> {
  await page.evaluate(
    ([name, bytes, chunk]) => {
      const randomBlob = (length: number) => {
        const content = new Uint8Array(length);
        for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(content.subarray(at, at + 65_536));
        return new Blob([content]);
      };
      const number = (index: number) => Uint32Array.of(index, 0x5afe);
      const random = Array.from({ length: 16 }, () => randomBlob(chunk - number(0).byteLength));
      const parts: BlobPart[] = [];
      const chunks = Math.floor(bytes / chunk);
      for (let index = 0; index < chunks; index++) parts.push(number(index), random[index % random.length] ?? "");
      parts.push(randomBlob(bytes - chunks * chunk));
      window.madeFile = new File(parts, name);
    },
    [name, bytes, MIB / 4] as const,
  );
}

/** SHA-256 (hex) of each MiB of the page's made file. */
export async function madeDigests(page: Page): Promise<readonly string[]> {
  return digests(await page.evaluateHandle(() => (window.madeFile ?? new Blob()).stream()));
}

/** SHA-256 (hex) of each MiB of the first file of the page's newest share, as it streams out. */
export async function sharedDigests(page: Page): Promise<readonly string[]> {
  const stream = await page.evaluateHandle(() => {
    const share = window.starling?.shares()[0];
    if (!share) throw new Error("there is no share");
    return share.stream(share.files[0]?.path ?? "");
  });
  return digests(stream);
}

/** SHA-256 (hex) of each MiB of a stream. */
export function digests(stream: JSHandle<ReadableStream<Uint8Array>>): Promise<readonly string[]> {
  return stream.evaluate(async (stream, chunk) => {
    const found: string[] = [];
    const buffer = new Uint8Array(chunk);
    let filled = 0;
    const settle = async () => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer.subarray(0, filled)));
      found.push(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
      filled = 0;
    };
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let at = 0; at < next.value.length; ) {
        const part = next.value.subarray(at, at + chunk - filled);
        buffer.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === chunk) await settle();
      }
    }
    if (filled > 0) await settle();
    return found;
  }, MIB);
}
