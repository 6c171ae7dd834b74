/** Rows `first` (inclusive) to `last` (exclusive) of a long list are in the document, the others are only space. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Shorter lists are shown whole: simplest for search, for screen readers and for printing. */
export const WHOLE_UP_TO = 300;
/** Rows kept above and below what is seen, so that scrolling and tabbing find them there. */
const MARGIN = 20;

/** `top` and `height` of the visible part and `rowHeight` in px. Moves in steps of half a margin, to render seldom. */
export function rowWindow(count: number, top: number, height: number, rowHeight: number): RowWindow {
  if (count <= WHOLE_UP_TO || rowHeight <= 0) return { first: 0, last: count };
  const step = MARGIN / 2;
  const seen = Math.floor(top / rowHeight / step) * step;
  const first = Math.min(Math.max(0, seen - MARGIN), Math.max(0, count - MARGIN));
  const last = Math.min(count, seen + step + Math.ceil(height / rowHeight) + MARGIN);
  return { first, last: Math.max(last, first) };
}
