import { readFile } from "node:fs/promises";
import type { Page } from "playwright/test";
import { textFile } from "../files.ts";
import { filmFile } from "../film.ts";
import { expect, FULL, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const SECONDS = 20;
const FILM_BYTES = 4 * MB;

interface Playback {
  readonly at: number;
  readonly duration: number;
  readonly paused: boolean;
  readonly ended: boolean;
  readonly pictures: number;
}

/** Ada shares a film and Ben opens its link. */
async function filmBetween(person: (name: string) => Promise<Person>, folder: string) {
  const film = await filmFile(folder, "Geysir.webm", SECONDS, FILM_BYTES);
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(film);
  const viewer = await person("Ben");
  await viewer.openLink(link);
  await play(viewer, "Geysir.webm");
  return { viewer, link };
}

/** Presses Play and waits for the first picture. */
async function play(person: Person, name: string): Promise<void> {
  await person.page.getByRole("button", { name: `Play ${name}` }).click();
  await expect(person.page.getByRole("dialog", { name })).toBeVisible();
  await expect.poll(async () => (await playback(person.page)).pictures, { intervals: [50] }).toBeGreaterThan(0);
}

function playback(page: Page): Promise<Playback> {
  return page.locator("video").evaluate((video: HTMLVideoElement) => ({
    at: video.currentTime,
    duration: video.duration,
    paused: video.paused,
    ended: video.ended,
    pictures: video.getVideoPlaybackQuality().totalVideoFrames,
  }));
}

async function seek(page: Page, to: number): Promise<void> {
  await page.locator("video").evaluate(
    (video: HTMLVideoElement, to) =>
      new Promise<void>((resolve) => {
        video.addEventListener("seeked", () => resolve(), { once: true });
        video.currentTime = to;
      }),
    to,
  );
}

async function finish(page: Page): Promise<void> {
  await seek(page, SECONDS - 1);
  await page.locator("video").evaluate((video: HTMLVideoElement) => video.play());
  await expect.poll(async () => (await playback(page)).ended).toBe(true);
}

/** Fetches an address in the page: status, headers, and the body as base64. */
function fetchIn(page: Page, path: string, headers: Record<string, string> = {}, method = "GET") {
  return page.evaluate(
    async ([path, headers, method]) => {
      const { root } = window.starling?.shares()[0] ?? { root: "" };
      const answer = await fetch(`/s/${root}/${path}`, { headers, method });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let text = "";
      for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: btoa(text) };
    },
    [path, headers, method] as const,
  );
}

function bytesOf({ body }: { readonly body: string }): Buffer {
  return Buffer.from(body, "base64");
}

/** The browser stops every service worker, as it does to idle ones. */
async function stopWorkers(person: Person): Promise<void> {
  const session = await person.context.newCDPSession(person.page);
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await session.detach();
}

test("a film plays at once, seeks and finishes while it comes from two seeds", async ({ person, folder }) => {
  const name = "Geysir at dawn, the long one that never ends.webm";
  const film = await filmFile(folder, name, SECONDS, FILM_BYTES);
  const sharer = await person("Ada");
  const link = await sharer.shareFiles(film);
  const second = await person("Cy");
  await second.download(link);

  const viewer = await person("Ben");
  await viewer.page.setViewportSize({ width: 390, height: 844 });
  await viewer.openLink(link);
  await play(viewer, name);
  await expect(viewer.page.getByRole("dialog").getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
  expect((await playback(viewer.page)).duration).toBeCloseTo(SECONDS, 1);
  expect((await viewer.share()).progress.bytesVerified).toBe(0);
  await seek(viewer.page, SECONDS / 2);
  const { at } = await playback(viewer.page);
  await expect.poll(async () => (await playback(viewer.page)).at).toBeGreaterThan(at + 0.2);
  await finish(viewer.page);
  const peers = await viewer.page.evaluate(() =>
    window.starling?.shares()[0]?.peers.map((peer) => peer.bytesDownloaded),
  );
  expect(peers?.filter((bytes) => bytes > 0)).toHaveLength(2);

  await viewer.page.keyboard.press("Escape");
  await expect(viewer.page.getByRole("dialog")).toHaveCount(0);
});

test("a film goes on after the browser stopped the service worker", async ({ person, folder }) => {
  const { viewer } = await filmBetween(person, folder);
  await stopWorkers(viewer);
  await seek(viewer.page, SECONDS / 2);
  await stopWorkers(viewer);
  await finish(viewer.page);
});

test("a film plays in a tab that does not run the share, and goes on when the one that did is closed", async ({
  person,
  tabOf,
  folder,
}) => {
  test.skip(!FULL, "npm run test:full");
  const { viewer, link } = await filmBetween(person, folder);
  await finish(viewer.page);

  const other = await tabOf(viewer);
  await other.visit(link);
  await play(other, "Geysir.webm");
  await viewer.page.close();
  await stopWorkers(other);
  // The share has moved to the tab that is left.
  await expect.poll(async () => (await other.share()).state).not.toBe("elsewhere");
  await finish(other.page);
});

test("every range of a file is its own bytes, and nothing is ever served as a document", async ({ person, folder }) => {
  const film = await readFile(await filmFile(folder, "a film & more.webm", 4, 2 * MB));
  const page = await textFile(folder, "evil.html", "<script>window.evil = 1</script>");
  const picture = await textFile(
    folder,
    "evil.svg",
    `<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`,
  );
  const sharer = await person("Ada");
  const link = await sharer.shareFiles([`${folder}/a film & more.webm`, page, picture]);
  const viewer = await person("Ben");
  await viewer.openLink(link);
  await expect(viewer.page.getByRole("button", { name: "Play a film & more.webm" })).toBeVisible();
  await expect(viewer.page.getByRole("button", { name: /(Play|View) evil/ })).toHaveCount(0);
  await viewer.page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  const address = "a%20film%20%26%20more.webm";
  const size = film.length;
  for (const [range, start, end] of [
    ["bytes=0-0", 0, 1],
    ["bytes=0-1", 0, 2],
    [`bytes=${size - 1}-`, size - 1, size],
    ["bytes=-100000", size - 100_000, size],
    [`bytes=65519-65521`, 65_519, 65_522],
    ...Array.from({ length: 6 }, () => {
      const start = Math.floor(Math.random() * size);
      const end = start + 1 + Math.floor(Math.random() * (size - start));
      return [`bytes=${start}-${end - 1}`, start, end] as const;
    }),
  ] as const) {
    const answer = await fetchIn(viewer.page, address, { range });
    expect(answer, range).toMatchObject({
      status: 206,
      headers: {
        "content-range": `bytes ${start}-${end - 1}/${size}`,
        "content-length": String(end - start),
        "content-type": "video/webm",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
      },
    });
    expect(bytesOf(answer).equals(film.subarray(start, end)), range).toBe(true);
  }
  const whole = await fetchIn(viewer.page, address);
  expect([whole.status, bytesOf(whole).equals(film)]).toEqual([200, true]);
  expect(await fetchIn(viewer.page, address, { range: `bytes=${size}-` })).toMatchObject({
    status: 416,
    headers: { "content-range": `bytes */${size}` },
    body: "",
  });
  expect(await fetchIn(viewer.page, address, {}, "HEAD")).toMatchObject({
    status: 200,
    headers: { "content-length": String(size), "accept-ranges": "bytes" },
    body: "",
  });
  for (const name of ["evil.html", "evil.svg"]) {
    const answer = await fetchIn(viewer.page, name);
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/octet-stream" } });
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename*=UTF-8''${name}`);
  }
  for (const name of ["nothing.webm", "%FF"])
    expect((await fetchIn(viewer.page, name)).status).toBeGreaterThanOrEqual(404);

  // As a document of its own even a film is only saved.
  const { root } = await viewer.share();
  const [download] = await Promise.all([
    viewer.page.waitForEvent("download"),
    viewer.page.evaluate((address) => void window.open(address), `/s/${root}/${address}`),
  ]);
  expect(download.suggestedFilename()).toBe("a film & more.webm");
  await download.delete();
});
