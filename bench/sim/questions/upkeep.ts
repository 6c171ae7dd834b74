import { MODELS, Trial } from "../compare.ts";
import type { Series } from "../plot.ts";
import type { Question } from "../report.ts";
import { STARLING, Starling } from "../starling.ts";
import { sizes } from "./hops.ts";

/** A frame of Starling's with a small body; the models count messages, not bytes. */
const MODEL_MESSAGE_BYTES = 100;
const QUIET_MS = 120_000;
/** Four minutes of every node's life are simulated at each size. */
const MAX_NODES = 3_000;
const MAX_MODEL_NODES = 10_000;
/** Kinds of frames that the table names. */
const KINDS = 8;
const CHURN = { medianMs: 600_000, shape: 1 };

/** What does a node send, a second, to keep its place while nobody asks for anything? */
export const upkeep: Question = ({ nodes, real, seed, log }) => {
  const rows: (readonly [name: string, nodes: number, still: number, churning: number, frames: number])[] = [];
  const kinds: (readonly [nodes: number, kind: string, churning: number])[] = [];
  for (const size of sizes(Math.min(nodes, MAX_MODEL_NODES))) {
    log(`upkeep: ${size} nodes`);
    for (const make of MODELS) {
      const still = new Trial(make, seed, size);
      still.run(QUIET_MS);
      const churning = new Trial(make, seed, size);
      churning.churn(CHURN);
      churning.run(QUIET_MS);
      const [a, b] = [still.ask(0), churning.ask(0)];
      rows.push([a.name, size, a.upkeep * MODEL_MESSAGE_BYTES, b.upkeep * MODEL_MESSAGE_BYTES, a.upkeep]);
    }
    if (size > Math.min(real, MAX_NODES)) continue;
    const starling = new Starling(seed, size);
    starling.library.fill(100);
    const still = starling.upkeep(QUIET_MS);
    starling.churn(CHURN);
    starling.network.run(60_000);
    const churning = starling.upkeep(QUIET_MS);
    for (const [kind, bytes] of churning.kinds.slice(0, KINDS)) kinds.push([size, kind, bytes]);
    rows.push([STARLING, size, still.bytes.mean, churning.bytes.mean, still.frames.mean]);
  }
  const names = [...new Set(rows.map(([name]) => name))];
  const series = (value: (row: (typeof rows)[number]) => number): Series[] =>
    names.map((name) => ({
      name,
      main: name === STARLING,
      points: rows.filter((row) => row[0] === name).map((row) => [row[1], value(row)] as const),
    }));
  const chart = (title: string, value: (row: (typeof rows)[number]) => number) => ({
    title,
    x: { label: "nodes", log: true, exact: true },
    y: { label: "bytes a second, per node", min: 0 },
    series: series(value),
    note: `Starling: bytes of frames as sent; models: ${MODEL_MESSAGE_BYTES} bytes a message; seed ${seed}`,
  });
  return {
    tables: [
      {
        title: "Upkeep, bytes a second and node (models: 100 bytes a message)",
        head: ["", "nodes", "at rest", "sessions of 10 min", "messages/s at rest"],
        rows,
      },
      {
        title: "What Starling's bytes are for with sessions of 10 min, bytes a second and node",
        head: ["nodes", "frames", "bytes/s"],
        rows: kinds,
      },
    ],
    charts: {
      upkeep: chart("Upkeep at rest", (row) => row[2]),
      "upkeep-churn": chart("Upkeep with median sessions of ten minutes", (row) => row[3]),
    },
  };
};
