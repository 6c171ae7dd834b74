/** Addresses of files: `/s/<root>/<path>`, answered by the service worker alone. */
const PREFIX = "/s/";
const ROOT = /^[0-9a-f]{64}$/;

/** A file of a share. */
export interface FileAddress {
  /** Hex. */
  readonly root: string;
  /** Segments joined by `/`. */
  readonly path: string;
}

export function fileAddress({ root, path }: FileAddress): string {
  return `${PREFIX}${root}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Whether a path of this origin is the service worker's to answer. */
export function isFileAddress(pathname: string): boolean {
  return pathname.startsWith(PREFIX);
}

/** Null for an address that can name no file. */
export function parseFileAddress(pathname: string): FileAddress | null {
  if (!isFileAddress(pathname)) return null;
  const [root = "", ...segments] = pathname.slice(PREFIX.length).split("/");
  try {
    const path = segments.map(decodeURIComponent).join("/");
    return ROOT.test(root) && path !== "" ? { root, path } : null;
  } catch {
    return null;
  }
}
