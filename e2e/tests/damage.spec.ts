import { damagePieces, dumpPieces } from "../doubles/stored-pieces.ts";
import { randomFile } from "../files.ts";
import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const SIZE = 3 * MB;

/** Waits until everything verified is written down. */
async function isStored(person: Person): Promise<void> {
  await expect.poll(async () => (await dumpPieces(person.page)).bytes).toBeGreaterThan(SIZE);
}

/** From now on the browser takes only so many bytes of pieces, as one without room does, until it is told otherwise. */
async function fillUp(person: Person, room = 0): Promise<(full: boolean) => Promise<void>> {
  const full = await person.page.evaluateHandle((room) => {
    const disk = { full: true, room };
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = function (...row) {
      const [segment] = row;
      if (disk.full && segment instanceof Blob) {
        if (segment.size > disk.room) throw new DOMException("no room", "QuotaExceededError");
        disk.room -= segment.size;
      }
      return add.apply(this, row);
    };
    return disk;
  }, room);
  return (is) =>
    full.evaluate((disk, is) => {
      disk.full = is;
    }, is);
}

test("pieces that were damaged in a receiver's storage are fetched again before anything is saved", async ({
  transferOf,
}) => {
  const { receiver, file } = await transferOf(SIZE);
  await receiver.complete();
  await isStored(receiver);
  const whole = await dumpPieces(receiver.page);
  expect(whole.wrong).toEqual([]);

  await damagePieces(receiver.page);
  const damaged = await dumpPieces(receiver.page);
  expect(damaged.count).toBe(whole.count - 1);
  expect(damaged.wrong).toHaveLength(1);
  await receiver.savesTheSame(file);
  await expect.poll(() => dumpPieces(receiver.page), { timeout: 30_000 }).toEqual(whole);
});

test("a sharer whose storage was damaged withdraws what it lost, says so, and recovers from those who have it", async ({
  person,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(SIZE);
  const helper = await person("Ben");
  await helper.download(link);
  await isStored(helper);
  await helper.page.close();
  const whole = await dumpPieces(sharer.page);
  await damagePieces(sharer.page);
  await sharer.reload();
  const notice = sharer.page.getByText(/damaged or gone in this browser/).first();
  await expect(notice).toBeVisible();

  const receiver = await person("Cem");
  await receiver.startDownload(link);
  await receiver.reaches(0.9);
  expect((await receiver.share()).state).not.toBe("complete");

  helper.page = await helper.context.newPage();
  await helper.visit();
  await receiver.complete(60_000);
  await receiver.savesTheSame(file);
  await expect.poll(() => dumpPieces(sharer.page), { timeout: 60_000 }).toEqual(whole);
  await expect(notice).toBeHidden();
});

test("what was just shared is served from memory, whatever becomes of the storage", async ({ person, shareOf }) => {
  const { sharer, file, link } = await shareOf(SIZE);
  await damagePieces(sharer.page);
  const receiver = await person("Ben");
  await receiver.download(link);
  await receiver.savesTheSame(file);
});

test("a browser that has no room left pauses with a sentence, and goes on when there is room again", async ({
  person,
  shareOf,
}) => {
  const { file, link } = await shareOf(8 * MB);
  const receiver = await person("Ben");
  await receiver.openLink(link);
  const setFull = await fillUp(receiver);
  await receiver.downloadButton.click();
  await expect(receiver.page.getByText(/no room left for these files/).first()).toBeVisible({ timeout: 60_000 });
  expect((await receiver.share()).state).toBe("paused");

  await setFull(false);
  await receiver.page.getByRole("button", { name: "Resume", exact: true }).click();
  await receiver.complete();
  await receiver.savesTheSame(file);
  await expect.poll(async () => (await dumpPieces(receiver.page)).bytes).toBeGreaterThan(8 * MB);
  expect((await dumpPieces(receiver.page)).wrong).toEqual([]);
});

test("a share that finds no room is sent from its file, says so, and leaves nothing behind in the storage", async ({
  person,
  folder,
}) => {
  const file = await randomFile(folder, "film.bin", 24 * MB);
  const sharer = await person("Ada");
  await fillUp(sharer, 10 * MB);
  const link = await sharer.shareFiles(file);
  await expect(sharer.page.getByText(/had no room for a copy/).first()).toBeVisible();
  expect((await sharer.share()).state).toBe("seeding");
  // The list of files is all that is there.
  const { bytes, wrong } = await dumpPieces(sharer.page);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(0.1 * MB);
  expect(wrong).toEqual([]);

  const receiver = await person("Ben");
  await receiver.download(link);
  await receiver.savesTheSame(file);
  await sharer.reload();
  await expect.poll(async () => (await sharer.share()).state).toBe("needs-files");
  await sharer.page.getByLabel("Choose the files again").setInputFiles(file);
  await expect.poll(async () => (await sharer.share()).state).toBe("seeding");
});
