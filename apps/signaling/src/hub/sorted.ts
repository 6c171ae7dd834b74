/** Index of the first text that is not below `text`, within `from` (inclusive) and `to` (exclusive) of sorted texts. */
export function lowerBound(sorted: readonly string[], text: string, from = 0, to = sorted.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
