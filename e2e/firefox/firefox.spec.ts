import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { randomFile } from "../files.ts";
import { filmFile } from "../film.ts";
import { MB } from "../fixtures.ts";
import { sha256File } from "../person.ts";
import { tree, unzipped } from "../trees.ts";
import { expect, test } from "./fixtures.ts";
import type { Visitor } from "./visitor.ts";

const FILM_SECONDS = 20;

/** Waits until the only file that this browser saved is there whole, and returns its path. */
async function saved({ firefox }: Visitor): Promise<string> {
  let names: string[] = [];
  const whole = async () => {
    names = await readdir(firefox.downloads);
    return names.length === 1 && !names[0]?.endsWith(".part");
  };
  await expect.poll(whole).toBe(true);
  return join(firefox.downloads, names[0] ?? "");
}

for (const isPrivate of [false, true]) {
  test(`a file goes from Firefox to Firefox${isPrivate ? ", both in private windows," : ""} and is saved as it was`, async ({
    visitor,
    folder,
  }) => {
    const file = await randomFile(folder, "film.bin", 20 * MB);
    const sharer = await visitor("Ada", { isPrivate });
    const link = await sharer.shareFiles(file);
    const receiver = await visitor("Ben", { isPrivate });
    await receiver.visit(link);
    await receiver.press("Download");
    await receiver.complete();
    await receiver.press("Save film.bin");
    expect(await sha256File(await saved(receiver))).toBe(await sha256File(file));
  });
}

test("a file goes from Firefox to Chromium, and on to Firefox when the first has gone", async ({
  visitor,
  person,
  folder,
}) => {
  const file = await randomFile(folder, "film.bin", 20 * MB);
  const sharer = await visitor("Ada");
  const link = await sharer.shareFiles(file);
  const between = await person("Ben");
  await between.download(link);
  await between.savesTheSame(file);
  await sharer.crash();
  const last = await visitor("Cleo");
  await last.visit(link);
  await last.press("Download");
  await last.complete();
  await last.press("Save film.bin");
  expect(await sha256File(await saved(last))).toBe(await sha256File(file));
});

test("a receiver that reloads, and whose Firefox is killed, goes on by itself with what it had", async ({
  visitor,
  server,
  folder,
}) => {
  const size = 100 * MB;
  const sharer = await visitor("Ada");
  const link = await sharer.shareFiles(await randomFile(folder, "film.bin", size));
  const receiver = await visitor("Ben");
  await receiver.visit(link);
  await receiver.press("Download");
  await receiver.reaches(0.4);
  await receiver.reload();
  await receiver.reaches(0.7);
  await receiver.crash();
  await receiver.visit(server.url);
  await receiver.complete();
  // Each of both may lose 4 MiB that wait for a batch, as many in one that is being written, and what is under way.
  expect((await sharer.share()).progress.bytesUploaded).toBeLessThan(size + 20 * MB);
});

test("what was sent and received is counted over reloads", async ({ visitor, folder }) => {
  const sharer = await visitor("Ada");
  const link = await sharer.shareFiles(await randomFile(folder, "film.bin", 5 * MB));
  const receiver = await visitor("Ben");
  await receiver.visit(link);
  await receiver.press("Download");
  await receiver.complete();
  const sent = (await sharer.share()).progress.bytesUploaded;
  const received = (await receiver.share()).progress.bytesDownloaded;
  expect(sent).toBeGreaterThan(5 * MB);
  for (const someone of [sharer, receiver]) await someone.reload();
  await expect.poll(async () => (await sharer.share()).progress.bytesUploaded).toBe(sent);
  await expect.poll(async () => (await receiver.share()).progress.bytesDownloaded).toBe(received);
});

test("a film plays while it comes, seeks and ends", async ({ visitor, folder }) => {
  const sharer = await visitor("Ada");
  const link = await sharer.shareFiles(await filmFile(folder, "Geysir.webm", FILM_SECONDS, 4 * MB));
  const viewer = await visitor("Ben");
  await viewer.visit(link);
  await viewer.press("Play Geysir.webm");
  const pictures = () => viewer.run(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames);
  await expect.poll(pictures).toBeGreaterThan(0);
  await viewer.run((to) => {
    const video = document.querySelector("video")!;
    video.currentTime = to;
    return video.play();
  }, FILM_SECONDS - 1);
  await expect.poll(() => viewer.run(() => document.querySelector("video")?.ended)).toBe(true);
});

test("all files of a share are saved as a ZIP that unpacks to the same", async ({ visitor, folder }) => {
  const names = ["من فوق.bin", "鳥の群れ 🐦.bin", "empty.txt"];
  const sizes = [3 * MB, 1, 0];
  const files = await Promise.all(names.map((name, i) => randomFile(join(folder, "sent"), name, sizes[i] ?? 0)));
  const sharer = await visitor("Ada");
  const link = await sharer.shareFiles(...files);
  const receiver = await visitor("Ben");
  await receiver.visit(link);
  await receiver.press("Download");
  await receiver.complete();
  await receiver.press("Save all as ZIP");
  expect(await unzipped(await saved(receiver), join(folder, "out"))).toEqual(await tree(join(folder, "sent")));
});

test("a wrong password is refused with a sentence, and the right one opens the list", async ({ visitor }) => {
  const sharer = await visitor("Ada");
  await sharer.run(async () => {
    await window.starling?.share([new File(["secret plans"], "plans.txt")], { password: "tern" });
  });
  const receiver = await visitor("Ben");
  await receiver.visit((await sharer.share()).link ?? "");
  await receiver.typePassword("gull");
  await receiver.press("Open");
  await receiver.reads("That password does not open this share");
  await receiver.typePassword("tern");
  await receiver.press("Open");
  await receiver.reads("plans.txt");
});
