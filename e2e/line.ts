import type { CDPSession, Page } from "playwright/test";

/** Bytes per second and ms that nothing here notices. */
const AS_IF_NONE = { offline: false, latency: 1, downloadThroughput: 1e9, uploadThroughput: 1e9 };

/** The line of one page to other browsers; the server is reached by another. */
export class Line {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  /** @param page has no connections yet: Chromium only emulates lines for those that are made later. */
  static async of(page: Page): Promise<Line> {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    const line = new Line(session);
    await line.mend();
    return line;
  }

  /** From now on every packet is lost, both ways. */
  cut(): Promise<void> {
    return this.#lose(100);
  }

  mend(): Promise<void> {
    return this.#lose(0);
  }

  async #lose(packetLoss: number): Promise<void> {
    await this.#session.send("Network.emulateNetworkConditions", { ...AS_IF_NONE, packetLoss });
  }
}
