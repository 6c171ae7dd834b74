import type { Browser } from "playwright/test";
import { Person } from "./person.ts";

/** A computer of somebody's own, that can be closed while its browser runs. */
export class Laptop {
  readonly owner: Person;
  readonly #browser: Browser;
  readonly #pid: number;

  private constructor(owner: Person, browser: Browser, pid: number) {
    this.owner = owner;
    this.#browser = browser;
    this.#pid = pid;
  }

  /** @param browser nobody else's. */
  static async open(name: string, browser: Browser, url: string): Promise<Laptop> {
    const context = await browser.newContext();
    const owner = new Person(name, context, await context.newPage(), url);
    await owner.visit();
    return new Laptop(owner, browser, await processOf(browser));
  }

  /** Closes the lid: everything stops where it is, and nobody is told. */
  sleep(): void {
    this.#signal("SIGSTOP");
  }

  wake(): void {
    this.#signal("SIGCONT");
  }

  async shutDown(): Promise<void> {
    this.wake();
    await this.#browser.close();
  }

  /** Playwright gives a browser and all its processes a group of their own. */
  #signal(signal: NodeJS.Signals): void {
    process.kill(-this.#pid, signal);
  }
}

async function processOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const main = processInfo.find(({ type }) => type === "browser");
  if (!main) throw new Error("the browser has no process");
  return main.id;
}
