import { MODELS, Trial } from "../compare.ts";
import type { Series } from "../plot.ts";
import { percent, type Question } from "../report.ts";
import { STARLING, Starling } from "../starling.ts";

const MEDIAN_MINUTES = [60, 30, 10, 5, 2];
/** Exponential, and heavy-tailed as measured in deployed networks (Stutzbach and Rejaie, IMC 2006). */
const SHAPES = [
  [1, "exponential"],
  [0.5, "Weibull 0.5"],
] as const;
const LOOKUPS = 300;
const WARM_UP_MS = 300_000;
const MEASURE_MS = 300_000;
/** Ten minutes of every node's life are simulated for each point: this many show what there is to see. */
const MAX_NODES = 150;

/** How many look-ups succeed while nodes come and go, the shorter they stay? */
export const churn: Question = ({ real: nodes, seed, log }) => {
  const size = Math.min(nodes, MAX_NODES);
  const rows: (readonly [name: string, sessions: string, minutes: number, found: number, messages: number])[] = [];
  for (const [shape, sessions] of SHAPES) {
    for (const minutes of MEDIAN_MINUTES) {
      const lengths = { medianMs: minutes * 60_000, shape };
      log(`churn: ${sessions} sessions, median ${minutes} min`);
      for (const make of MODELS) {
        const trial = new Trial(make, seed, size);
        trial.churn(lengths);
        trial.run(WARM_UP_MS);
        const { name, found, lookups, messages } = trial.ask(LOOKUPS, MEASURE_MS);
        rows.push([name, sessions, minutes, percent(found, lookups), messages.mean]);
      }
      const starling = new Starling(seed, size);
      starling.library.fill(100);
      starling.churn(lengths);
      starling.network.run(WARM_UP_MS);
      const { found, asked } = starling.read(LOOKUPS, MEASURE_MS);
      rows.push([STARLING, sessions, minutes, percent(found, asked), Number.NaN]);
    }
  }
  const chart = (sessions: string) => ({
    title: `Success under churn (${sessions} sessions)`,
    x: { label: "median session, minutes (shorter is harder)", log: true, exact: true },
    y: { label: "look-ups that succeed, %", max: 100 },
    series: seriesOf(rows.filter((row) => row[1] === sessions)),
    note: `${size} nodes, everyone's entries looked after every 30 s; each who leaves is replaced; seed ${seed}`,
  });
  return {
    tables: [
      {
        title: `Success under churn, ${size} nodes`,
        head: ["", "sessions", "median min", "found %", "messages/look-up"],
        rows,
      },
    ],
    charts: { churn: chart("exponential"), "churn-weibull": chart("Weibull 0.5") },
  };
};

function seriesOf(rows: readonly (readonly [string, string, number, number, number])[]): Series[] {
  const names = [...new Set(rows.map(([name]) => name))];
  return names.map((name) => ({
    name,
    main: name === STARLING,
    points: rows.filter((row) => row[0] === name).map(([, , minutes, found]) => [minutes, found] as const),
  }));
}
