import { memo } from "react";
import { type Bird, flock } from "../logic/murmuration.ts";

const LAYERS = [0, 1, 2] as const;

/** One path a layer, drawn once: the page renders often while files move. */
const PATHS = LAYERS.map((layer) =>
  flock(420, 11)
    .filter((bird) => bird.layer === layer)
    .map(birdPath)
    .join(""),
);

/** The flock behind the headline: decoration, so hidden from assistive tools and still where motion is unwanted. */
export const Murmuration = memo(function Murmuration() {
  return (
    <svg className="murmuration" viewBox="0 0 100 60" preserveAspectRatio="xMidYMid meet" aria-hidden="true">
      {LAYERS.map((layer) => (
        <g key={layer} className={`flock flock-${layer}`}>
          <path d={PATHS[layer]} />
        </g>
      ))}
    </svg>
  );
});

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
