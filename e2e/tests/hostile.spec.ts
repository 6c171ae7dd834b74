import type { Browser, Page } from "playwright/test";
import { doublePage, signalingUrl } from "../doubles/double-page.ts";
import { withHints } from "../doubles/links.ts";
import { dumpPieces } from "../doubles/stored-pieces.ts";
import { expect, MB, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const ANSWER = { timeout: 30_000 };

/** A peer of its own code that joined the sharer's share, has the manifest and gives nothing but wrong bytes. */
class Liar {
  readonly page: Page;
  readonly nodeId: string;

  constructor(page: Page, nodeId: string) {
    this.page = page;
    this.nodeId = nodeId;
  }

  static async join(browser: Browser, serverUrl: string, sharer: Person): Promise<Liar> {
    const page = await doublePage(browser, serverUrl, "lying-peer");
    const { root } = await sharer.share();
    const nodeId = await page.evaluate(
      async ([url, root]) => {
        window.liar = await window.lyingPeer?.(url, root);
        return window.liar?.nodeId ?? "";
      },
      [signalingUrl(serverUrl), root ?? ""] as const,
    );
    const liar = new Liar(page, nodeId);
    const honest = (await sharer.stats()).nodeId;
    await page.evaluate((peer) => window.liar?.dial(peer), honest);
    await liar.isJoinedBy(honest);
    await page.evaluate((peer) => window.liar?.learn(peer), honest);
    return liar;
  }

  async isJoinedBy(peer: string): Promise<void> {
    await expect.poll(async () => (await this.report()).joined, ANSWER).toContain(peer);
  }

  /** Joined by this peer now, or cut off by it already. */
  async hasMet(peer: string): Promise<void> {
    const met = async () => {
      const { joined, linksEnded } = await this.report();
      return [...joined, ...linksEnded.map((ended) => ended.peer)];
    };
    await expect.poll(met, ANSWER).toContain(peer);
  }

  /** Offers its wrong bytes to everybody from now on. */
  async serve(): Promise<void> {
    await this.page.evaluate(() => window.liar?.serve());
  }

  async report() {
    const report = await this.page.evaluate(() => window.liar?.report);
    if (!report) throw new Error("the liar is not there");
    return report;
  }

  /** It gave this peer wrong bytes, lost its link for that, and is refused when it dials anew. */
  async isBannedBy(peer: string): Promise<void> {
    await expect.poll(async () => (await this.report()).linksEnded.map((ended) => ended.peer), ANSWER).toContain(peer);
    const { wrongBlocks, dialsFailed } = await this.report();
    expect(wrongBlocks[peer]).toBeGreaterThan(0);
    await this.page.evaluate((id) => window.liar?.dial(id), peer);
    const refusals = async () => (await this.report()).dialsFailed.slice(dialsFailed.length);
    await expect.poll(refusals, ANSWER).toContainEqual({ peer, reason: "refused: banned" });
    expect((await this.report()).joined).not.toContain(peer);
  }

  leave(): Promise<void> {
    return this.page.context().close();
  }
}

/** A link whose first hint is the liar. */
async function luringLink(link: string, liar: Liar, sharer: Person): Promise<string> {
  return withHints(link, [liar.nodeId, (await sharer.stats()).nodeId]);
}

/** Every piece in the person's database hashes to its address, and `bytes` of them are there at least. */
async function storeIsClean(person: Person, bytes: number): Promise<void> {
  await expect.poll(async () => (await dumpPieces(person.page)).bytes, ANSWER).toBeGreaterThanOrEqual(bytes);
  expect((await dumpPieces(person.page)).wrong).toEqual([]);
}

test("a peer that sends wrong bytes from the start is banned, and the download completes from the honest one", async ({
  person,
  browser,
  server,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(8 * MB);
  const liar = await Liar.join(browser, server.url, sharer);
  await liar.serve();

  const receiver = await person("Ben");
  await receiver.openLink(await luringLink(link, liar, sharer));
  const { nodeId } = await receiver.stats();
  await liar.hasMet(nodeId);
  await receiver.downloadButton.click();
  await receiver.complete();

  await liar.isBannedBy(nodeId);
  await receiver.savesTheSame(file);
  await storeIsClean(receiver, 8 * MB);
  await liar.leave();
});

test("of two peers that offer every piece the one with wrong bytes is banned in the middle of the download", async ({
  person,
  browser,
  server,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(12 * MB);
  const liar = await Liar.join(browser, server.url, sharer);

  const receiver = await person("Ben");
  await receiver.openLink(await luringLink(link, liar, sharer));
  const { nodeId } = await receiver.stats();
  await liar.isJoinedBy(nodeId);
  await liar.serve();
  await receiver.downloadButton.click();
  await receiver.complete();

  await liar.isBannedBy(nodeId);
  await receiver.savesTheSame(file);
  await storeIsClean(receiver, 12 * MB);
  await liar.leave();
});

test("with nobody but a liar the share fails with a sentence, and goes on with an honest peer once resumed", async ({
  person,
  browser,
  server,
  shareOf,
}) => {
  const { sharer, file, link } = await shareOf(3 * MB);
  const liar = await Liar.join(browser, server.url, sharer);
  const receiver = await person("Ben");
  const luring = await luringLink(link, liar, sharer);
  await receiver.openLink(luring);
  const { nodeId } = await receiver.stats();
  await liar.isJoinedBy(nodeId);
  await sharer.page.close();
  await liar.serve();
  await receiver.downloadButton.click();

  await expect.poll(async () => (await receiver.share()).state, { timeout: 60_000 }).toBe("failed");
  await expect(receiver.page.getByText(/sent wrong bytes/).first()).toBeVisible();
  await liar.isBannedBy(nodeId);
  const { wrongBlocks } = await liar.report();

  // Resumed first: once an honest peer is there it goes on by itself, and the button means something else. As long as nobody
  // else is there it fails again after a moment.
  await receiver.page.getByRole("button", { name: "Resume", exact: true }).click();
  sharer.page = await sharer.context.newPage();
  await sharer.visit();
  await receiver.complete();
  await receiver.savesTheSame(file);
  expect((await liar.report()).wrongBlocks).toEqual(wrongBlocks);
  await storeIsClean(receiver, 3 * MB);
  await liar.leave();
});
