/** Numbers as people read them. Sizes are decimal (1 kB = 1000 bytes), as file managers and providers count. */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Made once: to make one takes longer than to format a page's numbers. */
const wholeNumbers = new Intl.NumberFormat("en");

/** Three significant digits: `512 B`, `1.23 MB`, `45.6 MB`, `789 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 would be rounded to 1000, which belongs to the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : significant(value)} ${UNITS[unit]}`;
}

function significant(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** `bytesPerSecond` as `1.20 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** Rounded coarsely, since estimates are: `8 s`, `3 min`, `1 h 20 min`, `2 days`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Milliseconds of a round trip: `24 ms`. Firefox gives whole ones, so 0 on short paths. */
export function formatRoundTrip(ms: number): string {
  return ms < 1 ? "< 1 ms" : `${Math.round(ms)} ms`;
}

/** Whole percent, rounded down so that 100 means all of it; an empty whole is done. */
export function percentOf(part: number, whole: number): number {
  if (whole <= 0) return 100;
  return Math.min(100, Math.floor((part / whole) * 100));
}

/** `5,000`. */
export function formatNumber(whole: number): string {
  return wholeNumbers.format(whole);
}

/** `1 file`, `5,000 files`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Copies rounded down, for a claim must not promise more than there is: `1`, `1.9`, `12`. */
export function formatCopies(copies: number): string {
  const tenths = Math.floor(copies * 10 + 1e-9) / 10;
  return Number.isInteger(tenths) || tenths >= 10 ? Math.floor(tenths).toString() : tenths.toFixed(1);
}
