import type { FileInfo, Share } from "@starling/client";
import { makeZip } from "client-zip";

/** Long enough for any browser to have begun the download. */
const REVOKE_AFTER_MS = 60_000;

/** Told the part done, 0 to 1. */
export type OnPart = (part: number) => void;

/** Saves one complete file as an ordinary download named `name`. */
export async function saveFile(share: Share, file: FileInfo, name: string, onPart: OnPart): Promise<void> {
  const stream = share.stream(file.path).pipeThrough(countBytes(file.size, onPart));
  offerDownload(await spool(stream), name);
}

/** Saves `files` and empty `folders` as one ZIP, made while its content is read. */
export async function saveZip(
  share: Share,
  files: readonly FileInfo[],
  folders: readonly string[],
  name: string,
  onPart: OnPart,
): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const zip = makeZip(zipEntries(share, files, folders));
  offerDownload(await spool(zip.pipeThrough(countBytes(total, onPart))), name);
}

/** One stream is open at a time: the next begins when the ZIP asks for it. */
async function* zipEntries(share: Share, files: readonly FileInfo[], folders: readonly string[]) {
  const lastModified = new Date(share.created);
  for (const folder of folders) yield { name: `${folder}/`, lastModified };
  for (const { path, size } of files) yield { name: path, size, lastModified, input: share.stream(path) };
}

/**
 * The browser collects a response's body outside the page's heap and on disk when it is large, so gigabytes are fine.
 * The type is neutral on purpose: a peer's file must never be opened as a document of this origin.
 */
async function spool(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const blob = await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  return blob.slice(0, blob.size, "application/octet-stream");
}

function countBytes(total: number, onPart: OnPart): TransformStream<Uint8Array, Uint8Array> {
  let done = 0;
  return new TransformStream({
    transform(chunk, controller) {
      done += chunk.byteLength;
      onPart(total > 0 ? Math.min(1, done / total) : 1);
      controller.enqueue(chunk);
    },
  });
}

function offerDownload(blob: Blob, name: string): void {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), REVOKE_AFTER_MS);
}
