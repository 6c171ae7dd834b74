import { Samples } from "@starling/sim";
import { MODELS, Trial } from "../compare.ts";
import type { MakeModel } from "../models/model.ts";
import type { Chart, Series } from "../plot.ts";
import { percent, type Question } from "../report.ts";
import { STARLING, Starling } from "../starling.ts";

const LOOKUPS = 400;
/** Stored all at once: the slowest of any number takes six seconds and more, which are minutes in a large network. */
const RECORDS = 50;

interface Row {
  readonly name: string;
  readonly nodes: number;
  readonly found: number;
  readonly median: number;
  readonly high: number;
  readonly mean: number;
  readonly messages: number;
  readonly state: number;
  readonly stateMax: number;
}

/** How do hops, messages and state grow with the number of nodes, in a network that stands still? */
export const hops: Question = ({ nodes, real, seed, log }) => {
  const rows: Row[] = [];
  const add = (row: Row) => {
    log(`hops: ${Object.values(row).join(", ")}`);
    rows.push(row);
  };
  // The largest first: what it needs of memory and time is known before hours have gone into the others.
  for (const size of sizes(nodes).reverse()) {
    if (size <= real) add(measureStarling(seed, size));
    for (const make of MODELS) add(measureModel(make, seed, size));
  }
  rows.sort((a, b) => a.nodes - b.nodes);
  const chart = (title: string, y: string, value: (row: Row) => number, isLog: boolean): Chart => ({
    title,
    x: { label: "nodes", log: true, exact: true },
    y: { label: y, log: isLog, ...(isLog ? {} : { min: 0 }) },
    series: seriesOf(rows, value),
    note: `${LOOKUPS} look-ups at each size, nobody coming or going; seed ${seed}`,
  });
  return {
    tables: [
      {
        title: "Hops, messages and state against nodes (network at rest)",
        head: ["", "nodes", "found %", "hops median", "95th", "mean", "messages/look-up", "state mean", "state max"],
        rows: rows.map((row) => Object.values(row) as (string | number)[]),
      },
    ],
    charts: {
      hops: chart("Hops against nodes", "hops, mean", ({ mean }) => mean, false),
      messages: chart("Messages against nodes", "messages per look-up, mean", ({ messages }) => messages, true),
      state: chart("State against nodes", "entries held by the fullest node", ({ stateMax }) => stateMax, true),
    },
  };
};

/** 100, 300, 1,000 ... and the size that was asked for. */
export function sizes(nodes: number): number[] {
  const steps = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000].filter((size) => size < nodes);
  return [...steps, nodes];
}

function measureModel(make: MakeModel, seed: number, nodes: number): Row {
  const { name, found, lookups, hops: taken, messages, state } = new Trial(make, seed, nodes).ask(LOOKUPS);
  return {
    name,
    nodes,
    found: percent(found, lookups),
    median: taken.median,
    high: taken.quantile(0.95),
    mean: taken.mean,
    messages: messages.mean,
    state: state.mean,
    stateMax: state.max,
  };
}

function measureStarling(seed: number, nodes: number): Row {
  const starling = new Starling(seed, nodes);
  starling.library.fill(RECORDS, RECORDS);
  const { fastHops } = starling.network.shared;
  const before = fastHops.count;
  const { asked, found, frames } = starling.readCounting(LOOKUPS);
  const taken = new Samples();
  for (const hop of fastHops.since(before)) taken.add(hop);
  const links = starling.links();
  return {
    name: STARLING,
    nodes,
    found: percent(found, asked),
    median: taken.median,
    high: taken.quantile(0.95),
    mean: taken.mean,
    messages: frames / asked,
    state: links.mean,
    stateMax: links.max,
  };
}

function seriesOf(rows: readonly Row[], value: (row: Row) => number): Series[] {
  const names = [...new Set(rows.map(({ name }) => name))];
  return names.map((name) => ({
    name,
    main: name === STARLING,
    points: rows.filter((row) => row.name === name).map((row) => [row.nodes, value(row)] as const),
  }));
}
