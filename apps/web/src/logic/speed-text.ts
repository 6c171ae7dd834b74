/** Speed limits as people type them: in kB/s, with a point or a comma, empty for none. */

/** Bytes per second; null for no limit; "invalid" for what is no number above 0. */
export function parseSpeed(text: string): number | null | "invalid" {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  const kilobytes = Number(trimmed);
  return Number.isFinite(kilobytes) && kilobytes > 0 ? kilobytes * 1000 : "invalid";
}

export function speedText(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? "" : String(bytesPerSecond / 1000);
}
