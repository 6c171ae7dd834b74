import { manifestHash } from "@starling/protocol";
import type { WriteBehind } from "@starling/store";
import type { Content } from "./content.ts";
import { NotCompleteError } from "./errors.ts";
import type { Selection } from "./selection.ts";
import type { ShareModel } from "./share-model.ts";
import type { ShareRun } from "./share-run.ts";
import { type StreamHost, streamFile } from "./share-stream.ts";
import type { Watch } from "./watch.ts";

/** What reading the files of a share needs of it. */
export interface ReadHost {
  readonly model: ShareModel;
  readonly watch: Watch;
  readonly writeBehind: WriteBehind;
  /** Aborts when the share ends. */
  readonly signal: AbortSignal;
  /** Fetches what is missing; null while the share does not run here. */
  run(): ShareRun | null;
}

/** See Share.blob. */
export async function readBlob(host: ReadHost, path: string): Promise<Blob> {
  const { selection, content, index } = listedFile(host.model, path);
  const type = content.file(index).type ?? "";
  const file = content.wholeFile(index);
  if (file) return file.slice(0, file.size, type);
  if (!selection.isFileComplete(index)) throw new NotCompleteError(`“${path}” is not complete yet. Download it first.`);
  return new Blob([await new Response(readStream(host, path, 0)).blob()], { type });
}

/** See Share.stream. */
export function readStream(host: ReadHost, path: string, start: number, end?: number): ReadableStream<Uint8Array> {
  const { model, watch, writeBehind, signal } = host;
  const { content, index } = listedFile(model, path);
  const { size } = content.file(index);
  const { manifest } = content;
  const reader = model.newReader();
  const source: StreamHost = {
    content,
    pieceReady: (piece, cancelled) =>
      watch.until(() => model.selection?.has(piece) ?? false, AbortSignal.any([signal, cancelled])),
    want: (reading) => {
      model.read(reader, reading);
      host.run()?.streamWants(reader);
    },
    waiting: (piece) => writeBehind.waiting(manifestHash(manifest, piece + manifest.catalogPieces)),
    missing: (piece) => host.run()?.missing(piece + manifest.catalogPieces),
  };
  return streamFile(source, index, Math.min(start, size), Math.min(end ?? size, size));
}

interface ListedFile {
  readonly selection: Selection;
  readonly content: Content;
  /** Position in the catalog. */
  readonly index: number;
}

/** Throws NotCompleteError before the list is known, PathError for a path that is not on it. */
function listedFile({ selection, content }: ShareModel, path: string): ListedFile {
  if (!selection || !content) throw new NotCompleteError("The list of files is not known yet.");
  return { selection, content, index: selection.fileIndex(path) };
}
