/** One second of a share: ms since the epoch and bytes per second. */
export interface RateSample {
  readonly time: number;
  readonly down: number;
  readonly up: number;
}

/** Two minutes at one sample a second. */
export const HISTORY_SAMPLES = 120;

/** Newest last. Nothing is kept until something flows, and nothing once the window is all silence. */
export function appendSample(history: readonly RateSample[], sample: RateSample): readonly RateSample[] {
  const next = [...history, sample].slice(-HISTORY_SAMPLES);
  return next.some(({ down, up }) => down > 0 || up > 0) ? next : [];
}

/** Columns as a chart wants them: seconds before the newest sample (0 or less), down and up. */
export function historyColumns(history: readonly RateSample[]): [number[], number[], number[]] {
  const newest = history.at(-1)?.time ?? 0;
  return [
    history.map(({ time }) => (time - newest) / 1000),
    history.map(({ down }) => down),
    history.map(({ up }) => up),
  ];
}
