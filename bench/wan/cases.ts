import { rawChannelAt } from "../src/raw-channel.ts";
import { starlingAt } from "../src/starling.ts";
import { webTorrentAt } from "../src/webtorrent.ts";
import type { Case, Entry } from "./case.ts";
import { DelayProbe } from "./delay-probe.ts";
import type { Line, Network } from "./network.ts";
import type { Rig } from "./rig.ts";
import type { Tracer } from "./trace.ts";
import { transferEntry } from "./transfer.ts";

const MIB = 1024 * 1024;
/** One way on one line, in ms: the round trip between two hosts passes four. */
const DELAY = 50 / 4;

const twenty = line(20, 20);

/** In the order in which they are run. */
export const CASES: readonly Case[] = [
  transferCase("one-20", "1 to 1, 20 Mbit/s, 50 ms, 16 MiB", 16 * MIB, { seed: twenty, receivers: [twenty] }),
  transferCase("one-20-loss", "1 to 1, 20 Mbit/s, 50 ms, 0.25 % loss on each hop, 8 MiB", 8 * MIB, {
    seed: { ...twenty, loss: 0.25 },
    receivers: [{ ...twenty, loss: 0.25 }],
  }),
  transferCase("five-8", "1 to 5, 8 Mbit/s up, 40 down, 50 ms, 8 MiB", 8 * MIB, {
    seed: line(8, 40),
    receivers: [8, 8, 8, 8, 8].map((up) => line(up, 40)),
  }),
  transferCase("five-mixed", "1 to 5, 8 Mbit/s up, the receivers 2, 4, 8, 16, 32, 40 down, 50 ms, 8 MiB", 8 * MIB, {
    seed: line(8, 40),
    receivers: [2, 4, 8, 16, 32].map((up) => line(up, 40)),
  }),
];

/** Every contender moves a file of `bytes` from the seed to all receivers. */
function transferCase(name: string, title: string, bytes: number, network: Network): Case {
  return { name, title, network, entries: (rig, tracer) => contenders(rig, tracer, bytes, network) };
}

async function contenders(rig: Rig, tracer: Tracer | null, bytes: number, network: Network): Promise<Entry[]> {
  const { pages, starling, tracker } = rig.services;
  const options = { bytes, network, probe: await DelayProbe.start(rig), tracer: null };
  const others = [
    rawChannelAt(pages),
    webTorrentAt(pages, tracker, "sequential"),
    webTorrentAt(pages, tracker, "rarest"),
  ];
  return [
    ...others.map((contender) => transferEntry(contender, options)),
    transferEntry(starlingAt(starling), { ...options, tracer }),
  ];
}

function line(up: number, down: number): Line {
  return { up, down, delay: DELAY, loss: 0 };
}
