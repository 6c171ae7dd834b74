import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Harness, startHarness } from "./harness.ts";
import { describeNetwork } from "./network-pages.ts";
import { PHONE, smallTargets, violations, WIDE } from "./page-checks.ts";
import { describeReceiving } from "./receiving-pages.ts";
import { describeSharing } from "./sharing-pages.ts";

let harness: Harness;
let page: Page | undefined;

beforeAll(async () => {
  harness = await startHarness();
}, 120_000);

afterEach(async () => {
  await page?.close();
  expect(harness.complaints()).toEqual([]);
});

afterAll(() => harness?.close());

async function open(...args: Parameters<Harness["open"]>): Promise<Page> {
  page = await harness.open(...args);
  return page;
}

/** The pages that differ most; `npm run test:full` looks at every state. */
const PAGES = [
  ["empty", "/", WIDE],
  ["list", "/", PHONE],
  ["own", "/share/m1", PHONE],
  ["downloading", "/share/r1", WIDE],
  ["complete", "/share/r1", PHONE],
  ["network", "/network", WIDE],
] as const;
const MORE_PAGES = [
  ["needs-files", "/share/m1", WIDE],
  ["idle", "/share/r1", PHONE],
  ["open-password", "/s/x.y", WIDE],
  ["network-large", "/network", PHONE],
  ["list", "/", WIDE],
  ["preparing", "/share/m1", WIDE],
  ["own", "/share/m1", WIDE],
  ["complete", "/share/r1", WIDE],
  ["elsewhere", "/share/r1", WIDE],
  ["failed", "/share/r1", PHONE],
  ["waiting", "/share/r1", PHONE],
  ["open-cut", "/s/x.y", PHONE],
  ["empty", "/network", PHONE],
  ["network-large", "/network", WIDE],
] as const;
const FULL = process.env.STARLING_FULL === "1";

describe.each([...PAGES, ...(FULL ? MORE_PAGES : [])])("%s at %s", (scenario, route, options) => {
  const { width } = options.viewport;
  test(`${width} px wide: no axe violation, no sideways scroll`, { timeout: 30_000 }, async () => {
    const shown = await open(scenario, route, options);
    await shown.locator("h1").waitFor();
    expect(await violations(shown)).toEqual([]);
    expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    if (options === PHONE) expect(await smallTargets(shown)).toEqual([]);
  });
});

test("a part of the page that cannot be loaded is said in a sentence", { timeout: 30_000 }, async () => {
  const shown = await open("empty", "/");
  const other = await shown.context().newPage();
  await other.route(/page-[^/]*\.js$/, (route) => route.abort());
  await other.goto(shown.url());
  await other.getByText("A part of this page could not be loaded.").waitFor({ timeout: 10_000 });
  await other.close();
});

describeSharing(open);
describeReceiving(open);
describeNetwork(open);
