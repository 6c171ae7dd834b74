import { randomFile } from "../files.ts";
import { expect, FULL, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

/** Longer than a link outlives silence: some 5 s until the browser notices, and 6 of grace (transport). */
const ASLEEP_MS = (FULL ? 60 : 15) * 1000;
const SIZE = (FULL ? 200 : 30) * MB;

test("a receiver whose laptop sleeps in the middle goes on when it wakes, and fetches nothing twice", async ({
  laptop,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(SIZE);
  const receiving = await laptop("Ben");
  const { owner } = receiving;
  await owner.startDownload(link);
  await owner.reaches(0.2);
  receiving.sleep();
  await sharer.page.waitForTimeout(ASLEEP_MS);
  receiving.wake();
  console.log(`goes on ${await secondsUntilMore(owner)} s after waking`);
  await owner.complete();
  // What was under way when the link broke is lost.
  expect((await sharer.share()).progress.bytesUploaded).toBeLessThan(SIZE + 5 * MB);
  await owner.savesTheSame(file);
});

test("a sharer whose laptop sleeps in the middle is waited for, and serves on when it wakes", async ({
  laptop,
  person,
  folder,
}) => {
  test.skip(!FULL, "at full size only, for time");
  test.setTimeout(300_000);
  const file = await randomFile(folder, "film.bin", SIZE);
  const sharing = await laptop("Ada");
  const link = await sharing.owner.shareFiles(file);
  const receiver = await person("Ben");
  await receiver.startDownload(link);
  await receiver.reaches(0.2);
  sharing.sleep();
  await expect(receiver.status).toHaveText(/Nobody who has these files is online now/, { timeout: ASLEEP_MS });
  await receiver.page.waitForTimeout(ASLEEP_MS);
  sharing.wake();
  console.log(`goes on ${await secondsUntilMore(receiver)} s after the sharer woke`);
  await receiver.complete();
  await receiver.savesTheSame(file);
});

/** Until something more is verified. */
async function secondsUntilMore(receiver: Person): Promise<string> {
  const since = Date.now();
  const { bytesVerified } = (await receiver.share()).progress;
  await expect
    .poll(async () => (await receiver.share()).progress.bytesVerified, { intervals: [50], timeout: 60_000 })
    .toBeGreaterThan(bytesVerified);
  return ((Date.now() - since) / 1000).toFixed(1);
}
