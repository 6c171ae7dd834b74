import type { FileInfo, Peer } from "../../../packages/client/src/api.ts";
import { LinkError, PasswordError } from "../../../packages/client/src/errors.ts";
import type { ShareSeed } from "./fake-share.ts";

const file = (path: string, size: number): FileInfo => ({ path, size, type: "" });

const HOLIDAY = [
  file("Holiday in Iceland/IMG_0012.jpg", 4_812_000),
  file("Holiday in Iceland/IMG_0002.jpg", 5_120_400),
  file("Holiday in Iceland/Videos/Geysir at dawn.mp4", 884_300_000),
  file("Holiday in Iceland/Videos/Waterfall, the long one that never ends and goes on and on.mp4", 1_204_000_000),
  file("Holiday in Iceland/خريطة الطريق.pdf", 2_310_000),
  file("Holiday in Iceland/行程.txt", 1_204),
  file("Holiday in Iceland/🐦 birds/list.csv", 0),
];
const FOLDERS = ["Holiday in Iceland/To be sorted"];
const FEW = [file("thesis-final.pdf", 4_200_000), file("data.csv", 91_000_000), file("notes.md", 12_400)];

const peer = (id: string, fields: Partial<Peer>): Peer => ({
  id: id.repeat(16),
  completion: 0.4,
  downRate: 0,
  upRate: 0,
  bytesDownloaded: 0,
  bytesUploaded: 0,
  activity: "idle",
  relayed: false,
  roundTripMs: 24,
  ...fields,
});

const RECEIVERS = [
  peer("3fa2", { completion: 0.72, upRate: 4_200_000, activity: "sending" }),
  peer("b10c", { completion: 0.31, upRate: 1_900_000, activity: "sending", relayed: true, roundTripMs: 88 }),
  peer("77de", { completion: null, activity: "waiting-for-slot", roundTripMs: null }),
];
const SENDERS = [
  peer("3fa2", { completion: 1, downRate: 6_200_000, activity: "receiving" }),
  peer("b10c", { completion: 0.46, downRate: 2_200_000, upRate: 350_000, activity: "both", roundTripMs: 61 }),
];

const received = (fields: Partial<ShareSeed>): ShareSeed => ({
  id: "r1",
  title: "Holiday in Iceland",
  files: HOLIDAY,
  folders: FOLDERS,
  state: "idle",
  peers: SENDERS,
  ...fields,
});
const own = (fields: Partial<ShareSeed>): ShareSeed => received({ id: "m1", mine: true, state: "seeding", ...fields });
const allOf = (files: readonly FileInfo[]) => files.map(({ path }) => path);

const MANY = Array.from({ length: 5000 }, (_, index) => file(`many/${index % 50}/file ${index}.txt`, 1000 + index));

const SCENARIOS: Record<string, readonly ShareSeed[]> = {
  empty: [],
  list: [
    own({ peers: RECEIVERS, status: "Sending to 2 of 3 peers." }),
    received({
      id: "r2",
      title: "Thesis",
      files: FEW,
      folders: [],
      state: "downloading",
      done: 0.42,
      selection: allOf(FEW),
    }),
    received({
      id: "r3",
      title: "Lecture recordings, week 12",
      state: "complete",
      status: "Everything is here and checked.",
    }),
    own({
      id: "m2",
      title: "raw-footage.mov",
      state: "needs-files",
      files: [file("raw-footage.mov", 48e9)],
      folders: [],
      peers: [],
    }),
    received({ id: "r4", title: "Link from Jo", files: [], folders: [], state: "waiting", peers: [] }),
  ],
  preparing: [own({ state: "preparing", done: 0.37, peers: [] })],
  own: [own({ peers: RECEIVERS, status: "Sending to 2 of 3 peers.", progress: { copies: 1.72 } })],
  "own-safe": [own({ peers: RECEIVERS, progress: { copies: 3.2 } })],
  "own-alone": [
    own({ peers: [], progress: { copies: 1, upRate: 0 }, hasPassword: true, title: "Thesis", files: FEW, folders: [] }),
  ],
  idle: [received({})],
  downloading: [received({ state: "downloading", done: 0.58, selection: allOf(HOLIDAY).slice(0, 5) })],
  "live-downloading": [received({ state: "downloading", done: 0.2, selection: allOf(HOLIDAY) })],
  "live-few": [received({ files: FEW, folders: [], title: "Thesis" })],
  paused: [received({ state: "paused", done: 0.58, selection: allOf(HOLIDAY) })],
  complete: [received({ state: "complete", progress: { copies: 2.46 } })],
  "complete-one": [
    received({
      state: "complete",
      files: FEW.slice(0, 1),
      folders: [],
      title: "thesis-final.pdf",
      progress: { copies: 1 },
    }),
  ],
  waiting: [received({ files: [], folders: [], state: "waiting", peers: [], title: "", progress: { copies: 0 } })],
  elsewhere: [received({ state: "elsewhere", done: 0.5, selection: allOf(HOLIDAY), peers: [] })],
  "needs-files": [own({ state: "needs-files", peers: [], canReattach: true })],
  "needs-choosing": [own({ state: "needs-files", peers: [] })],
  failed: [
    received({
      state: "failed",
      error: "Every source sent wrong bytes, so nothing was kept. Ask the sender for a new link.",
      done: 0.1,
      selection: allOf(HOLIDAY),
    }),
  ],
  many: [received({ files: MANY, folders: [], title: "Five thousand" })],
};

export function scenarioShares(name: string): readonly ShareSeed[] {
  return SCENARIOS[name] ?? [];
}

/** Links of the overlay, and RTCPeerConnections made, in scenarios of the Network page. */
const NETWORKS: Record<string, readonly [links: number, created: number]> = {
  "network-small": [4, 6],
  network: [17, 43],
  "network-large": [48, 462],
};

export function scenarioLinks(name: string): readonly [links: number, created: number] {
  return NETWORKS[name] ?? [0, 0];
}

/** What opening any link does. */
export async function scenarioOpens(name: string, password: string | undefined): Promise<ShareSeed> {
  if (name === "open-looking") return new Promise(() => {});
  if (name === "open-cut")
    throw new LinkError("cut", "This link is incomplete: its end is missing. Copy the whole link and open it again.");
  if (name === "open-password" && password === undefined) throw new PasswordError("missing");
  if (name === "open-password" && password !== "starling") throw new PasswordError("wrong");
  return received({ hasPassword: name === "open-password" });
}
