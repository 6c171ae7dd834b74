import type { WebSocket } from "playwright/test";
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
