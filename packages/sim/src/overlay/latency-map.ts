import type { Random } from "../random.ts";

/** Round trips between browsers of one continent and across the world, ms (design: 10 to 200). */
const NEAREST_MS = 10;
const FARTHEST_MS = 200;
/** Of the farthest pair in the unit square. */
const DIAGONAL = Math.SQRT2;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A point of the unit square; distance there is the time between two nodes (Dabek et al., Vivaldi, SIGCOMM 2004). */
export function drawPlace(random: Random): Place {
  return { x: random.unit(), y: random.unit() };
}

/** One way, in ms: half the round trip. The same for a pair in both directions, at all times. */
export function oneWayMs(a: Place, b: Place): number {
  const distance = Math.hypot(a.x - b.x, a.y - b.y) / DIAGONAL;
  return (NEAREST_MS + (FARTHEST_MS - NEAREST_MS) * distance) / 2;
}
