import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { type BrowserContext, type Download, expect, type Page } from "playwright/test";

type Share = ReturnType<NonNullable<Window["starling"]>["shares"]>[number];

/** What a test looks at of a share: its plain properties. */
export type ShareSnapshot = Pick<
  Share,
  "id" | "link" | "root" | "title" | "files" | "folders" | "state" | "error" | "status" | "progress"
>;

/** Somebody at a browser: does what a person does on the page, by the names that a person reads. */
export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  readonly url: string;
  page: Page;
  /** Content security policy violations and uncaught errors of every page so far. */
  readonly troubles: string[] = [];

  constructor(name: string, context: BrowserContext, page: Page, url: string) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.url = url;
    this.#listen(page);
  }

  /** Opens the landing page, or a link, and waits until the client runs. */
  async visit(address = this.url): Promise<void> {
    await this.page.goto(address);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.waitForFunction(() => window.starling !== undefined);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** The tab crashes: no goodbye, no unload handlers. A new tab of the same browser takes its place. */
  async crash(): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    const crashed = this.page.waitForEvent("crash");
    session.send("Page.crash").catch(() => undefined);
    await crashed;
    await this.page.close();
    this.page = await this.context.newPage();
    this.#listen(this.page);
  }

  /** Chooses files on the landing page and returns the link once it is there. */
  async shareFiles(paths: string | readonly string[]): Promise<string> {
    await this.page.getByLabel("Choose files").setInputFiles(paths as string | string[]);
    return this.shareLink();
  }

  async shareFolder(path: string): Promise<string> {
    await this.page.getByLabel("Choose folder").setInputFiles(path);
    return this.shareLink();
  }

  /** Drops something of this name on the page. */
  async dropFiles(name: string): Promise<void> {
    await this.page.evaluate((name) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    }, name);
  }

  async shareLink(): Promise<string> {
    const box = this.page.getByRole("textbox", { name: "Share link" });
    await expect(box).toHaveValue(/#\/s\//, { timeout: 120_000 });
    return box.inputValue();
  }

  /** Opens a link and waits for the list of files. */
  async openLink(link: string): Promise<void> {
    await this.visit(link);
    await expect(this.downloadButton).toBeVisible();
  }

  /** Opens a link and presses Download. */
  async startDownload(link: string): Promise<void> {
    await this.openLink(link);
    await this.downloadButton.click();
  }

  /** Downloads everything that a link names. */
  async download(link: string): Promise<void> {
    await this.startDownload(link);
    await this.complete();
  }

  /** Saves the file of this name, and finds the same bytes in it. */
  async savesTheSame(file: string): Promise<void> {
    expect(await sha256File(await this.save(`Save ${basename(file)}`))).toBe(await sha256File(file));
  }

  get downloadButton() {
    return this.page.getByRole("button", { name: "Download", exact: true });
  }

  get status() {
    return this.page.getByRole("status").first();
  }

  async complete(timeout = 120_000): Promise<void> {
    await expect(this.page.getByText("Complete", { exact: true }).first()).toBeVisible({ timeout });
  }

  /** Clicks a save button and returns where the browser put the file. */
  async save(button: string): Promise<string> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download", { timeout: 120_000 }),
      this.page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    return savedPath(download);
  }

  /** The share that the tests call the share: the newest. */
  async share(): Promise<ShareSnapshot> {
    const share = await this.page.evaluate(() => {
      const newest = window.starling?.shares()[0];
      if (!newest) return null;
      const { id, link, root, title, files, folders, state, error, status, progress } = newest;
      return { id, link, root, title, files, folders, state, error, status, progress };
    });
    if (!share) throw new Error(`${this.name} has no share`);
    return share;
  }

  /** Waits until the share's verified part reaches `part` (0 to 1). */
  async reaches(part: number, timeout = 60_000): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const progress = window.starling?.shares()[0]?.progress;
        return (
          progress !== undefined && progress.bytesTotal > 0 && progress.bytesVerified >= wanted * progress.bytesTotal
        );
      },
      part,
      { timeout, polling: 20 },
    );
  }

  stats() {
    return this.page.evaluate(() => {
      if (!window.starling) throw new Error("the client is not there yet");
      return window.starling.stats();
    });
  }

  #listen(page: Page): void {
    page.on("pageerror", (error) => this.troubles.push(`${this.name}: ${error.message}`));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) this.troubles.push(`${this.name}: ${message.text()}`);
    });
  }
}

export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function savedPath(download: Download): Promise<string> {
  const failure = await download.failure();
  if (failure) throw new Error(`the browser could not save: ${failure}`);
  return download.path();
}
