import { Random } from "@starling/sim";
import { colluding, dropsRequests } from "../../../packages/dht/test/misconduct.ts";
import { MODELS, Trial } from "../compare.ts";
import type { Series } from "../plot.ts";
import { percent, type Question } from "../report.ts";
import { Starling } from "../starling.ts";

const SHARES = [0, 0.1, 0.2, 0.3, 0.4];
const LOOKUPS = 300;
/** Ten networks of real machines. */
const MAX_NODES = 300;

/** How many look-ups of good nodes succeed, the more nodes are bad? */
export const adversaries: Question = ({ real: nodes, seed, log }) => {
  const size = Math.min(nodes, MAX_NODES);
  const rows: (readonly [name: string, percentBad: number, found: number])[] = [];
  for (const share of SHARES) {
    log(`adversaries: ${100 * share} % of ${size} nodes`);
    for (const make of MODELS) {
      const trial = new Trial(make, seed, size);
      trial.corrupt(share);
      const { name, found, lookups } = trial.ask(LOOKUPS);
      rows.push([`${name}, dropping`, 100 * share, percent(found, lookups)]);
    }
    for (const kind of ["dropping", "colluding"] as const) {
      const random = new Random(seed + 7);
      const ring = new Set<string>();
      const starling = new Starling(seed, size, (self, network) => {
        if (random.unit() >= share) return null;
        ring.add(self);
        return kind === "dropping" ? dropsRequests(self) : colluding(self, ring, (id) => network.shared.keys.get(id));
      });
      starling.library.fill(100);
      const { found, asked } = starling.read(LOOKUPS, 60_000);
      rows.push([`Starling (real), ${kind}`, 100 * share, percent(found, asked)]);
    }
  }
  const names = [...new Set(rows.map(([name]) => name))].filter((name) => !name.startsWith("Central"));
  const series = names.map(
    (name): Series => ({
      main: name.startsWith("Starling"),
      name: name.startsWith("Starling") ? name.replace(" (real)", "") : name.replace(", dropping", ""),
      points: rows.filter((row) => row[0] === name).map(([, bad, found]) => [bad, found] as const),
    }),
  );
  return {
    tables: [{ title: `Success against adversaries, ${size} nodes`, head: ["", "bad %", "found %"], rows }],
    charts: {
      adversaries: {
        title: "Success against adversaries",
        x: { label: "bad nodes, %" },
        y: { label: "look-ups that succeed, %", min: 0, max: 100 },
        series,
        note: `${size} nodes; bad nodes swallow requests (all lines), or answer with one another's names (colluding); seed ${seed}`,
      },
    },
  };
};
