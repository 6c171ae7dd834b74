import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "playwright";
import { filmFile } from "../../e2e/film.ts";
import { openPage } from "../src/browsers.ts";
import type { Entry, Run } from "./case.ts";
import type { Rig } from "./rig.ts";

/** Ms after which a link that was opened has settled. */
const SETTLED_MS = 2_000;
/** Ms that the film plays before somebody seeks. */
const WATCHED_MS = 3_000;

/** How long somebody who presses Play waits for a picture, and for the one in the middle after that. */
export function filmEntry(bytes: number, seconds: number): Entry {
  return { name: "Starling", run: (rig) => watch(rig, bytes, seconds) };
}

async function watch(rig: Rig, bytes: number, seconds: number): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "starling-film-"));
  try {
    const film = await filmFile(folder, "film.webm", seconds, bytes);
    const receiver = await receiverOf(rig, film);
    await receiver.getByRole("button", { name: `Play ${basename(film)}` }).waitFor();
    await receiver.waitForTimeout(SETTLED_MS);
    const firstFrame = await receiver.evaluate(untilFirstFrame);
    await receiver.waitForTimeout(WATCHED_MS);
    const seek = await receiver.evaluate(untilFrameAt, seconds / 2);
    return { figures: { firstFrame, seek } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A page that has opened the link of this file. */
async function receiverOf(rig: Rig, file: string): Promise<Page> {
  const { starling } = rig.services;
  const sender = await openPage(await rig.launch("seed"), starling);
  await sender.getByLabel("Choose files").setInputFiles(file);
  const box = sender.getByRole("textbox", { name: "Share link" });
  await box.waitFor({ timeout: 60_000 });
  return openPage(await rig.launch("peer1"), await box.inputValue());
}

/** Seconds from pressing Play until a picture is shown. */
async function untilFirstFrame(): Promise<number> {
  const started = performance.now();
  document.querySelector<HTMLButtonElement>('button[aria-label^="Play "]')?.click();
  let video = document.querySelector("video");
  while (!video) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    video = document.querySelector("video");
  }
  const shown = video;
  await new Promise<void>((resolve) => shown.requestVideoFrameCallback(() => resolve()));
  return (performance.now() - started) / 1000;
}

/** Seconds from seeking to `place` (seconds) until a picture of there is shown. */
async function untilFrameAt(place: number): Promise<number> {
  const video = document.querySelector("video");
  if (!video) throw new Error("There is no film.");
  const started = performance.now();
  video.currentTime = place;
  let at = -1;
  while (at < place - 0.1) {
    at = await new Promise((resolve) => video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime)));
  }
  return (performance.now() - started) / 1000;
}
