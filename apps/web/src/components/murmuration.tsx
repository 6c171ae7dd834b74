import { memo, useMemo } from "react";
import { type Bird, flock } from "../logic/murmuration.ts";

const LAYERS = [0, 1, 2] as const;

/** The flock behind the headline: decoration, so hidden from assistive tools and still where motion is unwanted. */
export const Murmuration = memo(function Murmuration() {
  const paths = useMemo(drawnFlock, []);
  return (
    <svg className="murmuration" viewBox="0 0 100 60" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      {LAYERS.map((layer) => (
        <g key={layer} className={`flock flock-${layer}`}>
          <path d={paths[layer]} />
        </g>
      ))}
    </svg>
  );
});

/** One a layer. */
function drawnFlock(): string[] {
  const birds = flock(420, 11);
  return LAYERS.map((of) =>
    birds
      .filter(({ layer }) => layer === of)
      .map(birdPath)
      .join(""),
  );
}

/** Two wings and no more: at this size a bird is a tick in the sky. */
function birdPath({ x, y, size, heading }: Bird): string {
  const turn = (heading * Math.PI) / 180;
  const at = (dx: number, dy: number) => {
    const px = x + size * (dx * Math.cos(turn) - dy * Math.sin(turn));
    const py = y + size * (dx * Math.sin(turn) + dy * Math.cos(turn));
    return `${px.toFixed(2)} ${py.toFixed(2)}`;
  };
  return `M${at(-1, -0.45)}Q${at(-0.35, -0.3)} ${at(0, 0.15)}Q${at(0.35, -0.3)} ${at(1, -0.45)}Q${at(0.4, 0)} ${at(0, 0.5)}Q${at(-0.4, 0)} ${at(-1, -0.45)}z`;
}
