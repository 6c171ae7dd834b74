import { expect, FULL, MB, test } from "../fixtures.ts";
import { Line } from "../line.ts";

const SIZE = (FULL ? 200 : 30) * MB;

test("a receiver cut off from everybody goes on once it is not, from whoever is left, and fetches nothing twice", async ({
  person,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(SIZE);
  const ben = await person("Ben");
  const line = await Line.of(ben.page);
  await ben.reload();
  await ben.startDownload(link);
  await ben.reaches(0.2);
  await line.cut();

  const cleo = await person("Cleo");
  await cleo.download(link);
  await sharer.page.close();
  await expect(ben.status).toHaveText(/Nobody who has these files is online now/, { timeout: 30_000 });
  const { bytesVerified } = (await ben.share()).progress;
  expect(bytesVerified).toBeLessThan(SIZE);

  await line.mend();
  await ben.complete();
  // What was under way when the line was cut is lost.
  expect((await ben.share()).progress.bytesDownloaded).toBeLessThan(SIZE + 5 * MB);
  expect((await cleo.share()).progress.bytesUploaded).toBeLessThan(SIZE - bytesVerified + 5 * MB);
  await ben.savesTheSame(file);
});
