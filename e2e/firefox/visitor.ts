import { expect } from "playwright/test";
import type { ShareSnapshot } from "../person.ts";
import type { BidiSession } from "./bidi.ts";
import type { Firefox } from "./firefox.ts";

interface Element {
  readonly sharedId: string;
}

interface Outcome {
  readonly result?: { readonly value?: string };
  readonly exceptionDetails?: { readonly text: string };
}

interface LogEntry {
  readonly type: string;
  readonly text: string;
}

/** What Firefox says of every request to a service worker that its own player cancels: on each seek. */
const CANCELLED = /A ServiceWorker intercepted the request and encountered an unexpected error/;
/** The control key of WebDriver. */
const CONTROL = "\uE009";

/** Somebody at a Firefox: does what a person does on the page, by the names that a person reads. */
export class Visitor {
  readonly name: string;
  readonly firefox: Firefox;
  /** Uncaught errors and breaches of the content security policy so far. */
  readonly troubles: string[] = [];
  #session: BidiSession | null = null;
  #context = "";

  constructor(name: string, firefox: Firefox) {
    this.name = name;
    this.firefox = firefox;
  }

  /** Starts the browser, if need be, and opens the address in its only tab. */
  async visit(address: string): Promise<void> {
    this.#session ??= await this.#open();
    await this.#command("browsingContext.navigate", { context: this.#context, url: address, wait: "interactive" });
    await this.ready();
  }

  async reload(): Promise<void> {
    await this.#command("browsingContext.reload", { context: this.#context, wait: "interactive" });
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect.poll(() => this.run(() => window.starling !== undefined)).toBe(true);
  }

  /** The browser ends in the middle of everything; `visit` starts it again. */
  async crash(): Promise<void> {
    await this.firefox.kill();
    this.#session = null;
  }

  /** Runs a function in the page; arguments and result as JSON. */
  async run<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return (await this.runText(String(work), args)) as Awaited<R>;
  }

  /** The same with the function's text. */
  async runText(work: string, args: readonly unknown[]): Promise<unknown> {
    const { result, exceptionDetails } = (await this.#command("script.callFunction", {
      functionDeclaration: `async (args) => JSON.stringify(await (${work})(...JSON.parse(args)))`,
      awaitPromise: true,
      target: { context: this.#context },
      arguments: [{ type: "string", value: JSON.stringify(args) }],
    })) as Outcome;
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result?.value === undefined ? undefined : JSON.parse(result.value);
  }

  async shareFiles(...files: readonly string[]): Promise<string> {
    const element = await this.#find({ type: "css", value: "input[type=file]:not([webkitdirectory])" });
    await this.#command("input.setFiles", { context: this.#context, element, files });
    await expect.poll(async () => (await this.share()).link, { timeout: 60_000 }).not.toBe(null);
    return (await this.share()).link ?? "";
  }

  /** Waits for a button of this name, and presses it. */
  async press(name: string): Promise<void> {
    await this.#press(await this.#find({ type: "accessibility", value: { role: "button", name } }));
  }

  /** Replaces what stands in the page's only field for a password. */
  async typePassword(password: string): Promise<void> {
    await this.#press(await this.#find({ type: "css", value: "input[type=password]" }));
    const [down, up] = [(value: string) => ({ type: "keyDown", value }), (value: string) => ({ type: "keyUp", value })];
    const selectAll = [down(CONTROL), down("a"), up("a"), up(CONTROL)];
    const actions = [...selectAll, ...[...password].flatMap((key) => [down(key), up(key)])];
    await this.#act({ type: "key", id: "keyboard", actions });
  }

  /** Waits until the page says this. */
  async reads(sentence: string): Promise<void> {
    await expect.poll(() => this.run(() => document.body.textContent)).toContain(sentence);
  }

  async share(): Promise<ShareSnapshot> {
    await expect.poll(() => this.run(() => window.starling?.shares().length)).toBeGreaterThan(0);
    return this.run(() => {
      const { id, link, root, title, files, folders, state, error, status, progress } = window.starling!.shares()[0]!;
      return { id, link, root, title, files, folders, state, error, status, progress };
    });
  }

  /** Waits until the share's verified part reaches `part` (0 to 1). */
  async reaches(part: number): Promise<void> {
    const reached = async () => {
      const { bytesVerified, bytesTotal } = (await this.share()).progress;
      return bytesTotal > 0 && bytesVerified >= part * bytesTotal;
    };
    await expect.poll(reached, { timeout: 60_000, intervals: [50] }).toBe(true);
  }

  async complete(): Promise<void> {
    await expect.poll(async () => (await this.share()).state, { timeout: 60_000 }).toBe("complete");
  }

  async #open(): Promise<BidiSession> {
    const session = await this.firefox.start();
    const { contexts } = (await session.command("browsingContext.getTree", {})) as { contexts: { context: string }[] };
    this.#context = contexts[0]?.context ?? "";
    await session.listen("log.entryAdded", (entry) => this.#logged(entry as { type: string; text: string }));
    return session;
  }

  #logged({ type, text }: LogEntry): void {
    const isTrouble = type === "javascript" || /Content-Security-Policy/i.test(text);
    if (isTrouble && !CANCELLED.test(text)) this.troubles.push(`${this.name}: ${text}`);
  }

  async #find(locator: object): Promise<Element> {
    let found: readonly Element[] = [];
    const look = async () => {
      const located = await this.#command("browsingContext.locateNodes", { context: this.#context, locator });
      found = (located as { nodes: Element[] }).nodes;
      return found.length;
    };
    await expect.poll(look, { message: `what fits ${JSON.stringify(locator)}` }).toBeGreaterThan(0);
    return { sharedId: found[0]?.sharedId ?? "" };
  }

  async #press(element: Element): Promise<void> {
    await this.#command("script.callFunction", {
      functionDeclaration: 'element => element.scrollIntoView({ block: "center" })',
      awaitPromise: false,
      target: { context: this.#context },
      arguments: [element],
    });
    const actions = [
      { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element } },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#act({ type: "pointer", id: "mouse", actions });
  }

  async #act(source: object): Promise<void> {
    await this.#command("input.performActions", { context: this.#context, actions: [source] });
  }

  #command(method: string, params: object): Promise<unknown> {
    if (!this.#session) throw new Error("no page was visited");
    return this.#session.command(method, params);
  }
}
