import { giveHandles, keptDigests } from "../doubles/kept-files.ts";
import { sharedDigests } from "../doubles/made-file.ts";
import { stallPreparation } from "../doubles/stalled-preparation.ts";
import { randomFile } from "../files.ts";
import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const SIZE = 8 * MB;
/** Of more than a hundred. */
const STALL_AFTER = 40;

/** Chooses a file on a page whose preparations stand still; returns what ends that. */
async function beginPreparing(person: Person, file: string): Promise<() => void> {
  const letThrough = await stallPreparation(person, STALL_AFTER);
  await person.reload();
  await person.page.getByLabel("Choose files").setInputFiles(file);
  await isBeingPrepared(person);
  return letThrough;
}

async function isBeingPrepared(person: Person): Promise<void> {
  await expect.poll(() => states(person)).toEqual(["preparing"]);
  await expect.poll(async () => (await person.share()).progress.bytesVerified).toBeGreaterThan(MB);
  expect(await person.share()).toMatchObject({ state: "preparing", link: null });
}

function states(person: Person) {
  return person.page.evaluate(() => window.starling?.shares().map(({ state }) => state));
}

test("files that were being prepared when their tab crashed are asked for again, and then have their link", async ({
  person,
  folder,
}) => {
  const file = await randomFile(folder, "film.raw", SIZE);
  const sharer = await person("Ada");
  const letThrough = await beginPreparing(sharer, file);
  await expect(sharer.page.getByRole("list", { name: "Files" }).getByText("film.raw")).toBeVisible();

  letThrough();
  await sharer.crash();
  await sharer.visit();
  await sharer.page.getByRole("link", { name: "film.raw" }).click();
  await expect(sharer.status).toHaveText(/closed before these files were prepared/);
  expect(await sharer.share()).toMatchObject({ state: "needs-files", link: null, files: [{ path: "film.raw" }] });
  const other = await randomFile(folder, "other.raw", MB);
  await sharer.page.getByLabel("Choose the files again").setInputFiles(other);
  await expect(sharer.page.getByText(/has another size/)).toBeVisible();

  await sharer.page.getByLabel("Choose the files again").setInputFiles(file);
  const link = await sharer.shareLink();
  const receiver = await person("Ben");
  await receiver.download(link);
  await receiver.savesTheSame(file);
  await sharer.reload();
  await expect.poll(() => states(sharer)).toEqual(["seeding"]);
});

test("files with a password, whose handles the browser gave, are prepared after a reload without a click", async ({
  person,
}) => {
  const sharer = await person("Ada");
  const letThrough = await stallPreparation(sharer, STALL_AFTER);
  await giveHandles(sharer, { chosen: "film.raw", dropped: "trip", files: ["film.raw", "trip/song.raw"], size: SIZE });
  await sharer.reload();
  await sharer.page.getByText("Add a title or a password").click();
  await sharer.page.getByRole("textbox", { name: "Password" }).fill("open sesame");
  await sharer.page.getByText("Choose files").click();
  await isBeingPrepared(sharer);
  letThrough();
  await sharer.reload();
  const link = await sharer.shareLink();
  expect(await sharer.share()).toMatchObject({ state: "seeding", title: "film.raw" });

  const receiver = await person("Ben");
  await receiver.visit(link);
  await receiver.page.getByLabel(/Password/i).fill("open sesame");
  await receiver.page.keyboard.press("Enter");
  await receiver.downloadButton.click();
  await receiver.complete();
  expect(await sharedDigests(receiver.page)).toEqual(await keptDigests(sharer.page, "film.raw"));
});

test("of two tabs one prepares: the other shows nothing until that one is gone, and then follows whichever goes on", async ({
  person,
  tabOf,
  folder,
}) => {
  const file = await randomFile(folder, "film.raw", SIZE);
  const first = await person("Ada");
  const letThrough = await beginPreparing(first, file);
  const second = await tabOf(first);
  await expect.poll(() => states(second)).toEqual([]);

  letThrough();
  await first.reload();
  await expect.poll(() => states(first)).toEqual(["needs-files"]);
  await second.reload();
  await expect.poll(() => states(second)).toEqual(["needs-files"]);
  await first.page.getByLabel("Choose the files again").setInputFiles(file);
  await first.shareLink();
  await expect.poll(() => states(second)).toEqual(["elsewhere"]);
  expect((await second.share()).root).toBe((await first.share()).root);
});

test("files that were being prepared and are not wanted any more are gone for good", async ({ person, folder }) => {
  const file = await randomFile(folder, "film.raw", SIZE);
  const sharer = await person("Ada");
  await stallPreparation(sharer, STALL_AFTER);
  for (const reloads of [false, true]) {
    await sharer.reload();
    await sharer.page.getByLabel("Choose files").setInputFiles(file);
    await isBeingPrepared(sharer);
    if (reloads) await sharer.reload();
    await expect.poll(() => states(sharer)).toEqual([reloads ? "needs-files" : "preparing"]);
    await sharer.page.getByRole("button", { name: "Remove" }).first().click();
    await expect.poll(() => states(sharer)).toEqual([]);
    await sharer.reload();
    await expect.poll(() => states(sharer)).toEqual([]);
  }
});

test("what is removed in one tab is not prepared any more in another", async ({ person, tabOf, folder }) => {
  const file = await randomFile(folder, "film.raw", SIZE);
  const first = await person("Ada");
  await beginPreparing(first, file);
  await first.reload();
  const second = await tabOf(first);
  await expect.poll(() => states(second)).toEqual(["needs-files"]);
  await first.page.getByLabel("Choose the files again").setInputFiles(file);
  await isBeingPrepared(first);
  await second.page.getByRole("button", { name: "Remove" }).first().click();
  await expect.poll(() => states(first)).toEqual([]);
  await first.reload();
  await expect.poll(() => states(first)).toEqual([]);
});
