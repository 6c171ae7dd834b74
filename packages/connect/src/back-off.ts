import type { RandomBytes } from "@starling/protocol";

/** A peer that is away: its return should be noticed soon, and asking costs one message. */
export const AWAY_BASE_MS = 1_000;
export const AWAY_CAP_MS = 15_000;
/** A peer that is there but with whom it fails: each attempt costs one of the page's few peer connections. */
export const FAILURE_BASE_MS = 5_000;
export const FAILURE_CAP_MS = 600_000;

/** Attempts in a row that ended each way; a success, or a sign of life from the peer, clears both. */
export interface BackOff {
  readonly away: number;
  readonly failures: number;
}

export const NO_BACK_OFF: BackOff = { away: 0, failures: 0 };

/**
 * Exponential back-off with equal jitter (half fixed, half random), after M. Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015.
 *
 * @param count attempts that failed before this one, from 0.
 * @returns milliseconds in (ceiling / 2, ceiling], where ceiling = min(cap, base * 2^count).
 */
function backOffDelay(baseMs: number, capMs: number, count: number, random: RandomBytes): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(count, 30));
  return Math.ceil(ceiling / 2 + (ceiling / 2) * fraction(random));
}

/** Delay before the next attempt, and the state after this one. */
export function backOffAfter(
  kind: "away" | "failure",
  state: BackOff,
  random: RandomBytes,
): { readonly next: BackOff; readonly delayMs: number } {
  if (kind === "away") {
    const delayMs = backOffDelay(AWAY_BASE_MS, AWAY_CAP_MS, state.away, random);
    return { next: { ...state, away: state.away + 1 }, delayMs };
  }
  const delayMs = backOffDelay(FAILURE_BASE_MS, FAILURE_CAP_MS, state.failures, random);
  return { next: { ...state, failures: state.failures + 1 }, delayMs };
}

function fraction(random: RandomBytes): number {
  const [high = 0, low = 0] = random(2);
  return (high * 256 + low) / 65_536;
}
