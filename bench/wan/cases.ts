import type { BrowserContext } from "playwright";
import { hideTab } from "../../e2e/hidden-tab.ts";
import { firefoxPath } from "../../scripts/firefox.mjs";
import { rawChannelAt } from "../src/raw-channel.ts";
import { starlingAt } from "../src/starling.ts";
import { webTorrentAt } from "../src/webtorrent.ts";
import type { Case, Entry } from "./case.ts";
import { DelayProbe } from "./delay-probe.ts";
import { filmEntry } from "./film.ts";
import { firefoxEntry } from "./firefox.ts";
import { firstByteEntries } from "./first-byte.ts";
import { type Line, type Network, rate } from "./network.ts";
import type { Rig } from "./rig.ts";
import { transferEntry } from "./transfer.ts";

const MIB = 1024 * 1024;
/** Between two hosts, in ms; it passes four lines. */
const ROUND_TRIP = 50;
const FAR_ROUND_TRIP = 200;
/** For a raw channel whose sender overfills no queue: so many times what the path holds. */
const WINDOWS = 2;

const twenty = line(20, 20);
const far = line(50, 50, FAR_ROUND_TRIP);
const lossy: Line = { ...twenty, loss: 0.25 };
const pair: Network = { seed: twenty, receivers: [twenty] };

/** In the order in which they are run. */
export const CASES: readonly Case[] = [
  transfers("one-20", "1 to 1, 20 Mbit/s, 50 ms, 16 MiB", 16 * MIB, pair),
  transfers("one-20-loss", "1 to 1, 20 Mbit/s, 50 ms, 0.25 % loss on each hop, 8 MiB", 8 * MIB, {
    seed: lossy,
    receivers: [lossy],
  }),
  transfers("five-8", "1 to 5, 8 Mbit/s up, 40 down, 50 ms, 8 MiB", 8 * MIB, {
    seed: line(8, 40),
    receivers: [8, 8, 8, 8, 8].map((up) => line(up, 40)),
  }),
  transfers("five-mixed", "1 to 5, 8 Mbit/s up, the receivers' 2, 4, 8, 16, 32, 40 down, 50 ms, 8 MiB", 8 * MIB, {
    seed: line(8, 40),
    receivers: [2, 4, 8, 16, 32].map((up) => line(up, 40)),
  }),
  transfers("one-50-far", "1 to 1, 50 Mbit/s, 200 ms, 32 MiB", 32 * MIB, { seed: far, receivers: [far] }),
  {
    name: "first-byte",
    title: "Until the first verified byte, 20 Mbit/s, 50 ms",
    network: pair,
    entries: async () => firstByteEntries(8 * MIB, ROUND_TRIP),
  },
  {
    name: "film",
    title: "A film of 100 MB and 100 s, 20 Mbit/s, 50 ms",
    network: pair,
    entries: async () => [filmEntry(100_000_000, 100)],
  },
  hidden("hidden", "Hidden tabs, 1 to 1, 20 Mbit/s, 50 ms, 16 MiB", 16 * MIB, pair),
  hidden("hidden-local", "Hidden tabs, two browsers of one machine, 64 MiB", 64 * MIB, null),
];

/** Every contender moves a file of `bytes` from the seed to all receivers; Starling at Firefox too where there is one. */
function transfers(name: string, title: string, bytes: number, network: Network): Case {
  return {
    name,
    title,
    network,
    entries: async (rig, tracer) => {
      const options = { bytes, network, probe: await DelayProbe.start(rig), tracer: null };
      const { starling } = rig.services;
      return [
        ...others(rig, network).map((contender) => transferEntry(contender, options)),
        transferEntry(starlingAt(starling), { ...options, tracer }),
        ...(firefoxPath() === undefined ? [] : [firefoxEntry(options)]),
      ];
    },
  };
}

/** With a single receiver what data channels can do at best is of interest, too. */
function others(rig: Rig, { seed, receivers }: Network) {
  const { pages, tracker } = rig.services;
  const roundTripMs = 4 * seed.delay;
  const window = (WINDOWS * rate(seed.up) * roundTripMs) / 1000;
  return [
    rawChannelAt(pages),
    ...(receivers.length === 1
      ? [1, 4].map((lanes) => rawChannelAt(pages, { name: `raw, window, ${lanes} x`, window: window / lanes, lanes }))
      : []),
    webTorrentAt(pages, tracker, "sequential"),
    webTorrentAt(pages, tracker, "rarest"),
  ];
}

/** Starling alone, in tabs that are seen and in tabs that are not. */
function hidden(name: string, title: string, bytes: number, network: Network | null): Case {
  return {
    name,
    title,
    network,
    entries: async (rig, tracer) => {
      const starling = starlingAt(rig.services.starling);
      const entry = (condition: string, hiddenHost: string | null): Entry => {
        const prepare = (host: string, context: BrowserContext) => (host === hiddenHost ? hide(context) : undefined);
        return transferEntry({ ...starling, name: condition }, { bytes, network, probe: null, tracer, prepare });
      };
      return [entry("both visible", null), entry("receiver hidden", "peer1"), entry("sender hidden", "seed")];
    },
  };
}

async function hide(context: BrowserContext): Promise<void> {
  // The compiler that runs this marks functions with a helper that pages do not have.
  await context.addInitScript("globalThis.__name = (named) => named");
  await hideTab(context);
}

function line(up: number, down: number, roundTrip = ROUND_TRIP): Line {
  return { up, down, delay: roundTrip / 4, loss: 0 };
}
