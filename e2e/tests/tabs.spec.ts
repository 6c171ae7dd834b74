import { randomFile } from "../files.ts";
import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const stateOf = (person: Person) => async () => (await person.share()).state;

test("a second tab shows a share that runs in the first, saves it once complete, and Use here moves it", async ({
  person,
  tabOf,
  shareOf,
}) => {
  const { file, link } = await shareOf(20 * MB);
  const first = await person("Ben");
  await first.openLink(link);
  const second = await tabOf(first);
  await expect.poll(stateOf(second)).toBe("elsewhere");

  await first.downloadButton.click();
  await first.complete();
  const { id } = await second.share();
  await second.visit(`${second.url}#/share/${id}`);
  await expect.poll(async () => (await second.share()).progress.bytesVerified).toBe(20 * MB);
  await second.savesTheSame(file);

  await second.page.getByRole("button", { name: "Use here" }).click();
  await expect.poll(stateOf(second)).toBe("complete");
  await expect.poll(stateOf(first)).toBe("elsewhere");
});

test("Download, pressed in a tab where the share does not run, downloads in that tab", async ({
  person,
  tabOf,
  shareOf,
}) => {
  const { file, link } = await shareOf(1 * MB);
  const first = await person("Ben");
  await first.openLink(link);
  const second = await tabOf(first);
  await second.openLink(link);
  expect(await stateOf(second)()).toBe("elsewhere");

  await second.downloadButton.click();
  await second.complete();
  expect(await stateOf(first)()).toBe("elsewhere");
  await second.savesTheSame(file);
});

test("what a script changes in a tab where the share does not run is changed there", async ({
  person,
  tabOf,
  shareOf,
}) => {
  const { link } = await shareOf(1 * MB);
  const first = await person("Ben");
  await first.openLink(link);
  const second = await tabOf(first);
  const changes = [
    (tab: Person) => tab.page.evaluate(() => window.starling?.shares()[0]?.deselect(["film.bin"])),
    (tab: Person) => tab.page.evaluate(() => window.starling?.shares()[0]?.limit({ down: 1e6, up: null })),
    (tab: Person) => tab.page.evaluate(() => window.starling?.shares()[0]?.pause()),
  ];
  for (const [index, change] of changes.entries()) {
    const [here, there] = index % 2 === 0 ? [second, first] : [first, second];
    await change(here);
    // The change is made when the share runs here, which this waits for too.
    await here.page.evaluate(() => window.starling?.shares()[0]?.useHere());
    expect(await stateOf(here)()).not.toBe("elsewhere");
    await expect.poll(stateOf(there)).toBe("elsewhere");
  }
});

test("tabs closed and reloaded in any order lose no share and no id", async ({ person, tabOf, folder }) => {
  const file = await randomFile(folder, "note.bin", 1 * MB);
  const first = await person("Ada");
  const link = await first.shareFiles(file);
  const second = await tabOf(first);
  const ids = [(await first.stats()).nodeId, (await second.stats()).nodeId];
  expect(new Set(ids).size).toBe(2);

  await second.reload();
  expect((await second.stats()).nodeId).toBe(ids[1]);
  await first.page.close();
  await expect.poll(stateOf(second)).toBe("seeding");
  const third = await tabOf(second);
  expect((await third.stats()).nodeId).toBe(ids[0]);
  await second.page.close();
  await expect.poll(stateOf(third)).toBe("seeding");

  const receiver = await person("Ben");
  await receiver.download(link);
});

test("a link opened in a tab that has not heard yet of the other that made it is one share in both", async ({
  person,
  tabOf,
  folder,
}) => {
  const first = await person("Ada");
  await first.context.addInitScript(hearsNoTabs);
  const second = await tabOf(first);
  const link = await first.shareFiles(await randomFile(folder, "note.bin", 1 * MB));

  await second.visit(link);
  await expect(second.page.getByText("This share runs in another tab").first()).toBeVisible();
  for (const tab of [first, second]) expect(await tab.page.evaluate(() => window.starling?.shares().length)).toBe(1);
});

/** In a page: as if messages of other tabs took forever. */
function hearsNoTabs(): void {
  BroadcastChannel.prototype.addEventListener = () => undefined;
}
