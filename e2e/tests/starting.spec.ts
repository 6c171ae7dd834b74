import type { WebSocket } from "playwright/test";
import { textFile } from "../files.ts";
import { expect, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

test("a page reaches the server before the client is loaded, and again if that took the server too long", async ({
  crowd,
}) => {
  const sockets: WebSocket[] = [];
  const before = ({ page }: Person) => {
    page.on("websocket", (socket) => sockets.push(socket));
    void page.route(/\/src-[^/]*\.js$/, async (route) => {
      await expect.poll(() => sockets[0]?.isClosed(), { timeout: 15_000 }).toBe(true);
      await route.continue();
    });
  };
  const [slow] = await crowd(1, { before });
  await expect.poll(() => slow?.page.evaluate(() => window.starling?.stats().signaling)).toBe("open");
  expect(sockets).toHaveLength(2);
});

test("a page whose client does not load says so", async ({ server, browser }) => {
  const page = await browser.newPage();
  await page.route(/\/src-[^/]*\.js$/, (route) => route.abort());
  await page.goto(server.url);
  await expect(page.getByText("A part of this page could not be loaded.")).toBeVisible();
  await page.close();
});

test("a page that cannot run in this browser says so", async ({ server, browser }) => {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    Intl.NumberFormat = class {
      constructor() {
        throw new RangeError("invalid language tag");
      }
    } as unknown as typeof Intl.NumberFormat;
  });
  await page.goto(server.url);
  await expect(page.getByText("This page has a fault in this browser.")).toBeVisible();
  await page.close();
});

test("a share is shown in a browser whose language is no language tag", async ({ crowd, folder }) => {
  // As on a Linux machine with no language set.
  const before = ({ page }: Person) =>
    void page.addInitScript(() => Object.defineProperty(navigator, "language", { value: "C" }));
  const [sharer] = await crowd(1, { before });
  await sharer?.shareFiles(await textFile(folder, "note.txt", "to the sea"));
  await expect(sharer!.page.getByRole("heading", { name: "Transfer" })).toBeVisible();
});

test("a page whose script never comes says what to do", async ({ server, browser }) => {
  const page = await browser.newPage();
  await page.route(/\/index-[^/]*\.js$/, (route) => route.abort());
  await page.goto(server.url);
  const late = page.getByText("This takes longer than it should. Check your connection and reload the page.");
  await expect(page.getByText("Starting…")).toBeVisible();
  await expect(late).toBeHidden();
  await expect(late).toBeVisible({ timeout: 20_000 });
  await page.close();
});
