import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, test as base, expect } from "playwright/test";
import { randomFile } from "./files.ts";
import { hideTab } from "./hidden-tab.ts";
import { Laptop } from "./laptop.ts";
import { Person } from "./person.ts";
import { freePort, ServerProcess } from "./server.ts";

/** Full sizes (`npm run test:full`) or reduced ones with bounds scaled. */
export const FULL = process.env.STARLING_FULL === "1";
export const MB = 1_000_000;

/** Ada shared a file of random bytes. */
interface Shared {
  readonly sharer: Person;
  /** Where it is on the disk of the test. */
  readonly file: string;
  readonly link: string;
}

/** And Ben pressed Download. */
interface Transfer extends Shared {
  readonly receiver: Person;
}

/** How tabs come. */
export interface CrowdOptions {
  /** Open all tabs at once; else one after another. */
  readonly together?: boolean;
  /** Tabs that nobody looks at. */
  readonly hidden?: boolean;
  /** Told of each before its page loads. */
  readonly before?: (person: Person) => void;
}

/** Opens so many tabs, each in a browser profile of its own, on the landing page; P1, P2 and so on, across calls. */
export type Crowd = (count: number, options?: CrowdOptions) => Promise<Person[]>;

interface Fixtures {
  /** A folder that goes away after the test. */
  folder: string;
  /** A server of this test's own. */
  server: ServerProcess;
  /** Somebody with a browser profile of their own, on the landing page. */
  person: (name: string) => Promise<Person>;
  /** Many people who need no name. */
  crowd: Crowd;
  /** Another tab, on the landing page, in the browser profile of this person. */
  tabOf: (person: Person) => Promise<Person>;
  /** Somebody whose browser runs on a computer of their own. */
  laptop: (name: string) => Promise<Laptop>;
  /** Ada shares `film.bin`, so many random bytes. */
  shareOf: (bytes: number) => Promise<Shared>;
  /** Ada shares `film.bin`, and Ben begins to download it. */
  transferOf: (bytes: number) => Promise<Transfer>;
}

/** `test` with people, a server and a folder. Fails when any page throws or breaks the content security policy. */
export const test = base.extend<Fixtures>({
  folder: async ({ browserName }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `starling-${browserName}-`));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  server: async ({ folder }, use) => {
    const server = new ServerProcess(await freePort(), folder);
    await server.start();
    await use(server);
    await server.kill();
  },
  person: async ({ browser, server }, use) => {
    const people: Person[] = [];
    await use(async (name) => {
      const someone = await arrive(browser, name, server.url);
      people.push(someone);
      return someone;
    });
    for (const someone of people) await someone.context.close();
    expect(people.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
  crowd: async ({ browser, server }, use) => {
    const people: Person[] = [];
    await use(async (count, { together = false, hidden = false, before } = {}) => {
      const names = Array.from({ length: count }, (_, index) => `P${people.length + index + 1}`);
      const comers: Person[] = [];
      const come = async (name: string) => {
        const comer = await newcomer(browser, name, server.url);
        if (hidden) await hideTab(comer.context);
        before?.(comer);
        await comer.visit();
        comers.push(comer);
      };
      if (together) await Promise.all(names.map(come));
      else for (const name of names) await come(name);
      people.push(...comers);
      return comers;
    });
    await Promise.all(people.map(({ context }) => context.close()));
    expect(people.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
  tabOf: async ({ server }, use) => {
    const tabs: Person[] = [];
    await use(async (person) => {
      const tab = new Person(`${person.name}'s other tab`, person.context, await person.context.newPage(), server.url);
      await tab.visit();
      tabs.push(tab);
      return tab;
    });
    expect(tabs.flatMap(({ troubles }) => troubles)).toEqual([]);
  },
  laptop: async ({ playwright, launchOptions, server }, use) => {
    const laptops: Laptop[] = [];
    await use(async (name) => {
      const laptop = await Laptop.open(name, await playwright.chromium.launch(launchOptions), server.url);
      laptops.push(laptop);
      return laptop;
    });
    for (const laptop of laptops) await laptop.shutDown();
    expect(laptops.flatMap(({ owner }) => owner.troubles)).toEqual([]);
  },
  shareOf: async ({ person, folder }, use) => {
    await use(async (bytes) => {
      const file = await randomFile(folder, "film.bin", bytes);
      const sharer = await person("Ada");
      return { sharer, file, link: await sharer.shareFiles(file) };
    });
  },
  transferOf: async ({ person, shareOf }, use) => {
    await use(async (bytes) => {
      const shared = await shareOf(bytes);
      const receiver = await person("Ben");
      await receiver.startDownload(shared.link);
      return { ...shared, receiver };
    });
  },
});

export { expect };

async function arrive(browser: Browser, name: string, url: string): Promise<Person> {
  const person = await newcomer(browser, name, url);
  await person.visit();
  return person;
}

async function newcomer(browser: Browser, name: string, url: string): Promise<Person> {
  const context = await browser.newContext();
  return new Person(name, context, await context.newPage(), url);
}
