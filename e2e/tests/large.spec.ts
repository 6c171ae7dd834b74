import { HeapWatch } from "../doubles/heap-watch.ts";
import { giveHandles, keptDigests } from "../doubles/kept-files.ts";
import { madeDigests, makeFile, sharedDigests } from "../doubles/made-file.ts";
import { randomFile } from "../files.ts";
import { test as base, expect, FULL, MB } from "../fixtures.ts";
import { Person } from "../person.ts";

const GB = 1000 * MB;
/** Well below what is sent, so that whoever holds the file fails. */
const MAX_HEAP = (FULL ? 300 : 96) * MB;

/** People whose browsers keep their data on disk: those of other tests keep it in memory. */
const test = base.extend<{ resident: (name: string) => Promise<Person> }>({
  resident: async ({ playwright, launchOptions, server, folder }, use) => {
    const people: Person[] = [];
    await use(async (name) => {
      const context = await playwright.chromium.launchPersistentContext(`${folder}/${name}`, launchOptions);
      const someone = new Person(name, context, context.pages()[0] ?? (await context.newPage()), server.url);
      people.push(someone);
      await someone.visit();
      return someone;
    });
    for (const someone of people) await someone.context.close();
    expect(people.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
});

/** The browser says that it has so much room: a share of over a tenth of it is not copied into the store. */
async function claimQuota(person: Person, quota: number): Promise<void> {
  await person.context.addInitScript((quota) => {
    StorageManager.prototype.estimate = async () => ({ quota, usage: 0 });
  }, quota);
  await person.reload();
}

test("a large file made on the fly goes from tab to tab within little memory", async ({ resident }) => {
  test.setTimeout(FULL ? 900_000 : 240_000);
  const size = FULL ? 2 * GB : 256 * MB;
  const sharer = await resident("Ada");
  const receiver = await resident("Ben");
  const heaps = [await HeapWatch.on(sharer.page), await HeapWatch.on(receiver.page)];

  await makeFile(sharer.page, "film.raw", size);
  await sharer.page.evaluate(async () => {
    if (window.madeFile) await window.starling?.share([window.madeFile]);
  });
  const { link } = await sharer.share();
  await receiver.startDownload(link ?? "");
  await receiver.complete(FULL ? 600_000 : 180_000);
  expect((await receiver.share()).progress.bytesVerified).toBe(size);
  const arrived = await sharedDigests(receiver.page);
  expect(arrived).toHaveLength(Math.ceil(size / 1024 ** 2));
  expect(arrived).toEqual(await madeDigests(sharer.page));

  for (const heap of heaps) heap.stop();
  console.log(`peak heap of sharer and receiver: ${heaps.map(({ peak }) => `${Math.round(peak / MB)} MB`).join(", ")}`);
  for (const { peak, samples } of heaps) {
    expect(samples).toBeGreaterThan(10);
    expect(peak).toBeLessThan(MAX_HEAP);
  }
});

test("a share too large to be copied shows its list after a reload, and is served once its file is chosen again", async ({
  resident,
  folder,
}) => {
  test.setTimeout(FULL ? 600_000 : 120_000);
  const size = FULL ? 1.2 * GB : 40 * MB;
  const file = await randomFile(folder, "film.raw", size);
  const sharer = await resident("Ada");
  if (!FULL) await claimQuota(sharer, 5 * size);
  const link = await sharer.shareFiles(file);
  await sharer.reload();
  await expect.poll(async () => (await sharer.share()).state).toBe("needs-files");

  const receiver = await resident("Ben");
  await receiver.visit(link);
  await expect(receiver.downloadButton).toBeVisible({ timeout: 30_000 });
  expect((await receiver.share()).files).toMatchObject([{ path: "film.raw", size }]);
  await receiver.downloadButton.click();
  await expect(receiver.page.getByText(/the sender may have to choose them again/).first()).toBeVisible();
  expect(await receiver.share()).toMatchObject({ state: "waiting", progress: { bytesVerified: 0 } });
  expect((await sharer.share()).state).toBe("needs-files");
  const other = await randomFile(folder, "other.raw", 1 * MB);
  await sharer.page.getByLabel("Choose the files again").setInputFiles(other);
  await expect(sharer.page.getByText(/has another size/).first()).toBeVisible();

  await sharer.page.getByLabel("Choose the files again").setInputFiles(file);
  await expect.poll(async () => (await sharer.share()).state).toBe("seeding");
  await receiver.complete(FULL ? 400_000 : 60_000);
  await receiver.savesTheSame(file);
});

test("large files whose handles the browser gave are served again after a reload, without a click", async ({
  resident,
}) => {
  const size = 8 * MB;
  const sharer = await resident("Ada");
  await giveHandles(sharer, { chosen: "film.raw", dropped: "trip", files: ["film.raw", "trip/deep/song.raw"], size });
  await claimQuota(sharer, 5 * size);
  await sharer.page.getByText("Choose files").click();
  const film = await sharer.shareLink();
  await sharer.dropFiles("trip");
  await expect.poll(async () => (await sharer.share()).title).toBe("trip");
  const trip = await sharer.shareLink();

  await sharer.reload();
  const states = () => sharer.page.evaluate(() => window.starling?.shares().map(({ state }) => state));
  await expect.poll(states).toEqual(["seeding", "seeding"]);
  const receiver = await resident("Ben");
  for (const [link, path] of [
    [film, "film.raw"],
    [trip, "trip/deep/song.raw"],
  ] as const) {
    await receiver.download(link);
    expect(await sharedDigests(receiver.page)).toEqual(await keptDigests(sharer.page, path));
  }
});
