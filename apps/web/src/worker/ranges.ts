/** Which bytes of a file a request asks for; `end` exclusive. */
export type RequestedRange =
  | { readonly type: "whole" }
  | { readonly type: "part"; readonly start: number; readonly end: number }
  | { readonly type: "unsatisfiable" };

/** One range: from-to, from on, or the last so many. */
const SINGLE = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i;

/**
 * Reads a Range header for a file of `size` bytes (RFC 9110, 14.1.2 and 14.2). A header that is malformed, in another unit
 * or of several ranges may be passed over, so it means the whole.
 */
export function requestedRange(header: string | null, size: number): RequestedRange {
  const match = header === null ? null : SINGLE.exec(header);
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return { type: "whole" };
  if (first === "") return part(Math.max(0, size - Number(last)), size, size);
  if (last !== "" && Number(last) < Number(first)) return { type: "whole" };
  return part(Number(first), last === "" ? size : Math.min(size, Number(last) + 1), size);
}

function part(start: number, end: number, size: number): RequestedRange {
  return start < end && start < size ? { type: "part", start, end } : { type: "unsatisfiable" };
}
