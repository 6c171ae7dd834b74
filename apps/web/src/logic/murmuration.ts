/** One bird of the drawing on the landing page, in a box of 100 by 60. */
export interface Bird {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Degrees. */
  readonly heading: number;
  /** 0 far to 2 near: which layer it drifts with. */
  readonly layer: 0 | 1 | 2;
}

/** A cloud with a tail: birds around a bent line, most of them where it swells. Same seed, same flock. */
export function flock(count: number, seed: number): readonly Bird[] {
  const random = mulberry32(seed);
  // The sum of three uniform numbers is close enough to a bell curve.
  const bell = () => ((random() + random() + random()) / 3) * 2 - 1;
  return Array.from({ length: count }, () => {
    const along = Math.min(1, Math.max(0, 0.56 + bell() * 0.62));
    const across = bell();
    const swell = 2 + 17 * Math.exp(-(((along - 0.62) / 0.2) ** 2)) + 5 * Math.exp(-(((along - 0.2) / 0.12) ** 2));
    const slope = 22 * Math.cos(along * 5.6 - 0.9);
    const layer = Math.min(2, Math.floor(random() * 3)) as Bird["layer"];
    return {
      x: round(3 + 94 * along + across * swell * 0.25),
      y: round(31 + 12 * Math.sin(along * 5.6 - 0.9) - 8 * along + across * swell),
      size: round(0.35 + layer * 0.22 + random() * 0.3),
      heading: round(slope + bell() * 24),
      layer,
    };
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Small seeded generator by Tommy Ettinger, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
