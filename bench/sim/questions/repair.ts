import { MODELS, Trial } from "../compare.ts";
import type { Series } from "../plot.ts";
import { percent, type Question } from "../report.ts";
import { STARLING, Starling } from "../starling.ts";

const SIBLINGS = "Starling: siblings right";
const SHARE = 0.3;
const SLOT_MS = 5_000;
const SLOTS = 12;
const LOOKUPS_PER_SLOT = 100;
const MAX_NODES = 1_000;

/** 30 % of the nodes leave at once: how many look-ups succeed then, and how soon is all well again? */
export const repair: Question = ({ real: nodes, seed, log }) => {
  const size = Math.min(nodes, MAX_NODES);
  const found = new Map<string, number[]>();
  for (const make of MODELS) {
    const trial = new Trial(make, seed, size);
    log(`repair: ${trial.model.name}`);
    trial.massLeave(SHARE);
    const slots = Array.from({ length: SLOTS }, () => {
      const { found: count, lookups } = trial.ask(LOOKUPS_PER_SLOT, SLOT_MS);
      return percent(count, lookups);
    });
    found.set(trial.model.name, slots);
  }
  log(`repair: ${STARLING}`);
  const starling = new Starling(seed, size);
  starling.library.fill(100);
  starling.massLeave(SHARE);
  const siblings: number[] = [];
  const slots = Array.from({ length: SLOTS }, () => {
    const { found: count, asked } = starling.read(LOOKUPS_PER_SLOT, SLOT_MS);
    siblings.push(100 * starling.network.siblingsRight());
    return percent(count, asked);
  });
  found.set(STARLING, slots);
  const seconds = slots.map((_, slot) => ((slot + 1) * SLOT_MS) / 1_000);
  found.set(SIBLINGS, siblings);
  const series = [...found].map(
    ([name, values]): Series => ({
      name,
      main: name === STARLING || name === SIBLINGS,
      points: values.map((value, slot) => [seconds[slot] ?? 0, value] as const),
    }),
  );
  return {
    tables: [
      {
        title: `After 30 % of ${size} nodes left at once: look-ups that succeed, %, by seconds since`,
        head: ["", ...seconds.map(String)],
        rows: [...found].map(([name, values]) => [name, ...values]),
      },
    ],
    charts: {
      repair: {
        title: "Repair after 30 % left at once",
        x: { label: "seconds since", min: 0 },
        y: { label: "look-ups (nodes) that are right, %", max: 100 },
        series,
        note: `${size} nodes before, ${LOOKUPS_PER_SLOT} look-ups in each five seconds; seed ${seed}`,
      },
    },
  };
};
