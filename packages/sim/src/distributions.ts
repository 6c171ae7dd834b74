import type { Random } from "./random.ts";

/** Exponential with the given mean: sessions without memory, and the gaps of a Poisson process. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.unit()) * mean;
}

/**
 * Weibull by inversion. A shape below 1 gives many short and a few very long sessions, as measured in deployed
 * file-sharing networks (Stutzbach and Rejaie, "Understanding Churn in Peer-to-Peer Networks", IMC 2006: 0.34 to 0.59).
 */
export function weibull(random: Random, shape: number, scale: number): number {
  return scale * (-Math.log(1 - random.unit())) ** (1 / shape);
}

/** Log-normal by its median and the standard deviation of the logarithm (Box and Muller 1958 for the normal). */
export function logNormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
  return median * Math.exp(sigma * normal);
}

/** How long nodes stay, by the median in ms. */
export interface SessionLengths {
  readonly medianMs: number;
  /** Weibull's shape; 1 is the exponential distribution. */
  readonly shape: number;
}

/** A session from its beginning. */
export function sessionLength(random: Random, { medianMs, shape }: SessionLengths): number {
  return weibull(random, shape, medianMs / Math.LN2 ** (1 / shape));
}

/**
 * What is left of the session of a node met at random in a network that has run for long: longer sessions are met
 * more often (the inspection paradox), so a session is drawn in proportion to its length, and a point within it.
 * Drawn from 16 candidates by weight, which is close enough for shapes of 0.4 and up.
 */
export function residualSession(random: Random, lengths: SessionLengths): number {
  const candidates = Array.from({ length: 16 }, () => sessionLength(random, lengths));
  let at = random.unit() * candidates.reduce((sum, length) => sum + length, 0);
  const met = candidates.find((length) => {
    at -= length;
    return at < 0;
  });
  return (met ?? 0) * random.unit();
}
