import type { FileAddress } from "../streaming/address.ts";
import { OPEN, type OpenMessage, type PageMessage, type WorkerMessage } from "../streaming/messages.ts";

/** A page that was frozen or is busy must not hold up the answer: whoever has answered after so many ms is taken. */
const ASK_MS = 3000;
/** Ms after which a page that owes a chunk is looked for: a port does not say in every browser that its other end is gone. */
const LOOK_MS = 5000;

/** A page of this origin. */
export interface Page {
  readonly id: string;
  postMessage(message: OpenMessage, transfer: Transferable[]): void;
}

/** A page that gives a file, over a port of its own. */
export interface Source {
  readonly pageId: string;
  readonly port: MessagePort;
  readonly size: number;
  readonly mediaType: string;
}

/** The page that can give the file: one that runs the share, else one that has the whole file; null if there is none. */
export function findSource(pages: readonly Page[], file: FileAddress): Promise<Source | null> {
  return new Promise((resolve) => {
    const offers: Source[] = [];
    let unanswered = pages.length;
    const settle = (source: Source | null): void => {
      clearTimeout(timer);
      for (const { port } of offers) if (port !== source?.port) port.close();
      resolve(source);
    };
    const timer = setTimeout(() => settle(offers[0] ?? null), ASK_MS);
    for (const page of pages) {
      ask(page, file, (offer, runs) => {
        unanswered--;
        if (offer) offers.push(offer);
        if (runs || unanswered === 0) settle(runs ? offer : (offers[0] ?? null));
      });
    }
    if (pages.length === 0) settle(null);
  });
}

function ask(page: Page, { root, path }: FileAddress, answered: (offer: Source | null, runs: boolean) => void): void {
  const { port1: port, port2 } = new MessageChannel();
  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    port.onmessage = null;
    if (data.type !== "file") return answered(null, false);
    answered({ pageId: page.id, port, size: data.size, mediaType: data.mediaType }, data.runs);
  };
  page.postMessage({ type: OPEN, root, path }, [port2]);
}

/**
 * The bytes `start` to `end` (exclusive) of a source, a chunk for each pull, so that a reader that stops reading stops the
 * page. Errors when the page fails or goes away. `isOpen`: whether the page is still there.
 */
export class SourceBody implements UnderlyingDefaultSource<Uint8Array> {
  readonly #port: MessagePort;
  readonly #isOpen: () => Promise<boolean>;
  /** Resolves when there is nothing more to do. */
  readonly ended: Promise<void>;
  #settle: () => void = () => undefined;
  /** Ends the pull that waits for a chunk. */
  #owed: (() => void) | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;

  constructor({ port }: Source, start: number, end: number, isOpen: () => Promise<boolean>) {
    this.#port = port;
    this.#isOpen = isOpen;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#say({ type: "read", start, end });
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#port.onmessage = ({ data }: MessageEvent<PageMessage>) => this.#take(controller, data);
    this.#port.addEventListener("close", () => this.#fail(controller));
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#watch ??= setInterval(() => void this.#look(controller), LOOK_MS);
    this.#say({ type: "pull" });
    return new Promise((resolve) => {
      this.#owed = resolve;
    });
  }

  cancel(): void {
    this.#say({ type: "cancel" });
    this.#end();
  }

  #take(controller: ReadableStreamDefaultController<Uint8Array>, message: PageMessage): void {
    if (message.type === "failed") return this.#fail(controller);
    if (message.type === "chunk") controller.enqueue(message.bytes);
    if (message.type === "end") {
      controller.close();
      this.#end();
    }
    this.#owed?.();
    this.#owed = null;
  }

  async #look(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#owed && !(await this.#isOpen())) this.#fail(controller);
  }

  #fail(controller: ReadableStreamDefaultController<Uint8Array>): void {
    controller.error(new TypeError("The page that had this file was closed, or could not read it."));
    this.#end();
    this.#owed?.();
  }

  #end(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#port.close();
    this.#settle();
  }

  #say(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }
}
