import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

/** Long enough that a block more or less, 128 KiB at most, is far from 5 %. */
const WATCH_MS = 4_000;
/** Until what was asked for before the limit has come. */
const SETTLE_MS = 1_000;

/** Bytes per second of content that came to the newest share, over {@link WATCH_MS}. */
async function rate(receiver: Person): Promise<number> {
  return receiver.page.evaluate(
    async ([settle, watch]) => {
      const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      const share = window.starling?.shares()[0];
      if (share === undefined) throw new Error("There is no share.");
      await rest(settle);
      const [bytes, at] = [share.progress.bytesDownloaded, performance.now()];
      await rest(watch);
      return (share.progress.bytesDownloaded - bytes) / ((performance.now() - at) / 1_000);
    },
    [SETTLE_MS, WATCH_MS] as const,
  );
}

test("limits of a receiver and of a sharer hold within 5 %, and transfers go on at full speed without them", async ({
  person,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(12 * MB);
  const receiver = await person("Ben");
  await receiver.openLink(link);
  const limit = (of: Person, limits: { up: number | null; down: number | null }) =>
    of.page.evaluate((set) => window.starling?.limit(set), limits);

  await limit(receiver, { up: null, down: 1 * MB });
  await receiver.downloadButton.click();
  const down = await rate(receiver);
  await limit(receiver, { up: null, down: null });
  await limit(sharer, { up: 0.5 * MB, down: null });
  const up = await rate(receiver);
  console.log(`with 1 MB/s down ${(down / MB).toFixed(3)} MB/s, with 0.5 MB/s up ${(up / MB).toFixed(3)} MB/s`);
  expect(Math.abs(down - 1 * MB)).toBeLessThanOrEqual(0.05 * MB);
  expect(Math.abs(up - 0.5 * MB)).toBeLessThanOrEqual(0.05 * 0.5 * MB);

  await limit(sharer, { up: null, down: null });
  await receiver.complete(20_000);
  await receiver.savesTheSame(file);
});
