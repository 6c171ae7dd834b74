/** How a file can be shown in the page. */
export type MediaKind = "video" | "audio" | "image";

/**
 * The only types that bytes from peers are ever served as; everything else is an octet stream to be saved. Raster images,
 * sound and film, none of which can hold script: no SVG, no PDF, no playlist (which names further addresses).
 */
const KINDS: ReadonlyMap<string, MediaKind> = new Map([
  ...["png", "apng", "jpeg", "gif", "webp", "avif", "bmp"].map((name) => [`image/${name}`, "image"] as const),
  ...["mp4", "webm", "ogg", "quicktime", "x-matroska", "x-m4v", "mpeg", "3gpp"].map(
    (name) => [`video/${name}`, "video"] as const,
  ),
  ...["mpeg", "mp4", "x-m4a", "aac", "ogg", "opus", "wav", "x-wav", "webm", "flac", "x-flac"].map(
    (name) => [`audio/${name}`, "audio"] as const,
  ),
]);

/** For files whose sharer's browser knew no type. */
const BY_EXTENSION: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["apng", "image/apng"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
  ["bmp", "image/bmp"],
  ["mp4", "video/mp4"],
  ["m4v", "video/x-m4v"],
  ["webm", "video/webm"],
  ["mkv", "video/x-matroska"],
  ["mov", "video/quicktime"],
  ["ogv", "video/ogg"],
  ["mp3", "audio/mpeg"],
  ["m4a", "audio/x-m4a"],
  ["aac", "audio/aac"],
  ["ogg", "audio/ogg"],
  ["oga", "audio/ogg"],
  ["opus", "audio/opus"],
  ["wav", "audio/wav"],
  ["flac", "audio/flac"],
]);

/** What a file whose type says nothing may be by its name. */
const NO_TYPE: ReadonlySet<string> = new Set(["", "application/octet-stream"]);

/** The type that a file may be served as; null for one that may only be saved. `type`: what its sharer said. */
export function mediaTypeOf(path: string, type: string): string | null {
  const named = (type.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (KINDS.has(named)) return named;
  if (!NO_TYPE.has(named)) return null;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? null : (BY_EXTENSION.get(name.slice(dot + 1).toLowerCase()) ?? null);
}

/** How a file can be shown; null for one that is only saved. */
export function mediaKindOf(path: string, type: string): MediaKind | null {
  return KINDS.get(mediaTypeOf(path, type) ?? "") ?? null;
}
