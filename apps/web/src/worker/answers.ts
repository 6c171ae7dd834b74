import { mediaTypeOf } from "../logic/media-types.ts";
import { type RequestedRange, requestedRange } from "./ranges.ts";

/** A file that some page can give. */
export interface OfferedFile {
  readonly path: string;
  readonly size: number;
  /** As the sharer's browser named it. */
  readonly mediaType: string;
}

/** What of a request the answer depends on. */
export interface FileRequest {
  readonly method: string;
  readonly mode: string;
  readonly headers: Pick<Headers, "get" | "has">;
}

/** What to answer; `part` is what the body holds (`end` exclusive), null for an answer without a file's bytes. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly part: { readonly start: number; readonly end: number } | null;
  readonly text: string | null;
}

/** On everything that this worker answers: nothing of it runs, is guessed at, cached or taken in by another site. */
const ALWAYS: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
};

const STATUS = { whole: 200, part: 206, unsatisfiable: 416 } as const;

/** The answer to a request for a file that is to be had. */
export function fileAnswer(file: OfferedFile, request: FileRequest): Answer {
  const { size } = file;
  // We give no validator, so a condition on one is never met and the whole is asked for (RFC 9110, 13.1.5).
  const header = request.headers.has("if-range") ? null : request.headers.get("range");
  const range = requestedRange(header, size);
  const headers = { ...ALWAYS, "Accept-Ranges": "bytes", ...rangeHeaders(range, size) };
  if (range.type === "unsatisfiable") return { status: STATUS[range.type], headers, part: null, text: null };
  const { start, end } = range.type === "part" ? range : { start: 0, end: size };
  return {
    status: STATUS[range.type],
    headers: { ...headers, "Content-Length": String(end - start), ...contentHeaders(file, request) },
    part: request.method === "HEAD" ? null : { start, end },
    text: null,
  };
}

/** No open page of this browser has the share. */
export function nobodyHasIt(): Answer {
  return sentence(503, "No open page of this browser has this file. Open the share's page, then try again.");
}

/** The address names no file. */
export function noSuchAddress(): Answer {
  return sentence(404, "There is nothing here.");
}

function sentence(status: number, text: string): Answer {
  return { status, headers: { ...ALWAYS, "Content-Type": "text/plain; charset=utf-8" }, part: null, text };
}

function rangeHeaders(range: RequestedRange, size: number): Record<string, string> {
  if (range.type === "whole") return {};
  return {
    "Content-Range": range.type === "part" ? `bytes ${range.start}-${range.end - 1}/${size}` : `bytes */${size}`,
  };
}

/** A file is shown only inside the page, by an element or a script of it; as a document of its own it is only saved. */
function contentHeaders({ path, mediaType }: OfferedFile, { mode }: FileRequest): Record<string, string> {
  const shown = mode === "navigate" ? null : mediaTypeOf(path, mediaType);
  return {
    "Content-Type": shown ?? "application/octet-stream",
    "Content-Disposition": shown ? "inline" : `attachment; filename*=UTF-8''${encodedName(path)}`,
  };
}

/** As RFC 8187 wants it: encodeURIComponent leaves some characters that it does not allow. */
function encodedName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
