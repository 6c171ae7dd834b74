import type { Page } from "playwright";
import { openPage } from "../src/browsers.ts";
import { shareWith } from "../src/starling.ts";
import { addTorrent, seedWith } from "../src/webtorrent.ts";
import type { Entry, Run } from "./case.ts";
import type { Rig } from "./rig.ts";

/** Ms after which a link that was opened has settled. */
const SETTLED_MS = 2_000;

/** How long somebody who wants a share waits until they see the first of it. @param roundTrip of the path, in ms. */
export function firstByteEntries(bytes: number, roundTrip: number): Entry[] {
  const entry = (name: string, measure: (rig: Rig, bytes: number) => Promise<Stages>): Entry => ({
    name,
    run: async (rig) => told(await measure(rig, bytes), roundTrip),
  });
  return [
    entry("Starling, link open", fromOpenLink),
    entry("Starling, page opened", fromOpeningPage),
    entry("WebTorrent, page opened", torrentFromOpeningPage),
  ];
}

/** Ms from the beginning; null where that stage does not exist. */
interface Stages {
  /** The page's script runs. */
  readonly page: number | null;
  /** The list of files is known. */
  readonly list: number | null;
  /** The first piece is verified. */
  readonly firstByte: number;
}

function told({ page, list, firstByte }: Stages, roundTrip: number): Run {
  return {
    figures: {
      firstByte,
      roundTrips: firstByte / roundTrip,
      ...(page !== null && { page }),
      ...(list !== null && { list }),
    },
  };
}

async function fromOpenLink(rig: Rig, bytes: number): Promise<Stages> {
  const { starling } = rig.services;
  const sender = await openPage(await rig.launch("seed"), starling);
  const receiver = await openPage(await rig.launch("peer1"), starling);
  await shareWith(bytes, sender, [receiver]);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  return { page: null, list: null, firstByte: await receiver.evaluate(untilFirstByte) };
}

async function fromOpeningPage(rig: Rig, bytes: number): Promise<Stages> {
  const { starling } = rig.services;
  const sender = await openPage(await rig.launch("seed"), starling);
  const link = await shareWith(bytes, sender, []);
  const receiver = await emptyPage(rig);
  const since = clock();
  await receiver.goto(link, { waitUntil: "commit" });
  await receiver.waitForFunction(() => window.starling !== undefined);
  const page = since();
  await receiver.evaluate(untilListed, link);
  const list = since();
  await receiver.evaluate(untilFirstByte);
  return { page, list, firstByte: since() };
}

async function torrentFromOpeningPage(rig: Rig, bytes: number): Promise<Stages> {
  const { pages, tracker } = rig.services;
  const address = `${pages}webtorrent.html`;
  const sender = await openPage(await rig.launch("seed"), address);
  const magnet = await seedWith(sender, bytes, tracker);
  const receiver = await emptyPage(rig);
  const since = clock();
  await receiver.goto(address, { waitUntil: "commit" });
  await receiver.waitForFunction(() => window.torrents !== undefined);
  const page = since();
  await addTorrent(receiver, magnet, tracker, "sequential", "verified");
  return { page, list: null, firstByte: since() };
}

/** Of the receiver's browser, with nothing in its cache. */
async function emptyPage(rig: Rig): Promise<Page> {
  const browser = await rig.launch("peer1");
  const context = await browser.newContext();
  return context.newPage();
}

/** Tells the ms since now. */
function clock(): () => number {
  const started = performance.now();
  return () => performance.now() - started;
}

/** The page opens the link in its address bar by itself; to open it again gives the same share. */
async function untilListed(link: string): Promise<void> {
  await window.starling?.open(link);
}

/** Ms from the wish to download until something is verified. */
async function untilFirstByte(): Promise<number> {
  const share = window.starling?.shares()[0];
  if (!share) throw new Error("There is no share.");
  const started = performance.now();
  const failed = share.download().then(
    () => null,
    (error: unknown) => error,
  );
  while (share.progress.bytesVerified === 0) {
    const tick = new Promise<undefined>((resolve) => setTimeout(resolve, 1));
    const error = await Promise.race([failed, tick]);
    if (error) throw error;
  }
  return performance.now() - started;
}
