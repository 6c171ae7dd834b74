import { randomFile } from "../files.ts";
import { expect, MB, test } from "../fixtures.ts";

test("a wrong link, a cut link and nobody there: each has its own sentence", async ({ person, folder }) => {
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(await randomFile(folder, "note.bin", 1 * MB));
  const receiver = await person("Ben");

  await receiver.visit(`${receiver.url}#/s/not+a+link`);
  const wrong = await receiver.page.getByRole("alert").textContent();
  await receiver.visit(receiver.url);
  await receiver.visit(link.slice(0, link.indexOf("#/s/") + 60));
  const cut = await receiver.page.getByRole("alert").textContent();
  expect(wrong).toMatch(/link/i);
  expect(cut).toMatch(/cut|whole|incomplete/i);
  expect(cut).not.toBe(wrong);
  await receiver.visit(link.replace("#/s/", "#/s2/"));
  await expect(receiver.page.getByRole("alert")).toContainText("made by a newer version");

  const rejection = await receiver.page.evaluate(
    async (text) => window.starling?.open(text).then(String, (error: Error) => `${error.name}: ${error.message}`),
    `${receiver.url}#/s/not+a+link`,
  );
  expect(rejection).toMatch(/^LinkError: /);
});

test("a link that a messenger changed opens all the same", async ({ person, shareOf }) => {
  const { link } = await shareOf(1 * MB);
  const receiver = await person("Ben");
  const changed = [
    `${link}).`,
    link.replace("/#/", "/%23/"),
    link.replace("#/s/", "#%2Fs%2F"),
    link.replace("/#/", "/?fbclid=x#/"),
  ];
  for (const address of changed) {
    await receiver.page.goto("about:blank");
    await receiver.openLink(address);
  }
  await receiver.page.evaluate((address) => location.assign(address), `${link},`);
  await expect(receiver.downloadButton).toBeVisible();
  await expect(receiver.page).toHaveURL(/#\/share\//);
});

test("with nobody there the page says so, and starts by itself when the sharer opens the page", async ({
  person,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(1 * MB);
  await sharer.page.close();

  const receiver = await person("Ben");
  await receiver.visit(link);
  await expect(receiver.page.getByText(/Looking for the sender/).first()).toBeVisible();
  await expect(receiver.page.getByText(/Nobody who has these files is online/).first()).toBeVisible({
    timeout: 30_000,
  });

  sharer.page = await sharer.context.newPage();
  await sharer.visit();
  await expect(receiver.downloadButton).toBeVisible({ timeout: 30_000 });
  await receiver.downloadButton.click();
  await receiver.complete();
  await receiver.savesTheSame(file);
});

test("a password is asked for, a wrong one is refused with a sentence, the right one opens the list", async ({
  person,
}) => {
  const sharer = await person("Ada");
  await sharer.page.evaluate(async () => {
    await window.starling?.share([new File(["secret plans"], "plans.txt")], { password: "tern" });
  });
  const { link } = await sharer.share();
  const receiver = await person("Ben");
  await receiver.visit(link ?? "");
  const box = receiver.page.getByLabel(/Password/i);
  await box.fill("gull");
  await receiver.page.getByRole("button", { name: /Open/ }).click();
  await expect(receiver.page.getByText(/That password does not open this share/)).toBeVisible({ timeout: 30_000 });
  await box.fill("tern");
  await receiver.page.getByRole("button", { name: /Open/ }).click();
  await expect(receiver.downloadButton).toBeVisible({ timeout: 30_000 });
});
