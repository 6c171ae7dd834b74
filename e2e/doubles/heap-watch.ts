import type { Page } from "playwright/test";

const SAMPLES_PER_SECOND = 4;

/** Samples how much script heap a page uses, until `stop`. Bytes. */
export class HeapWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  samples = 0;
  peak = 0;

  private constructor(sample: () => Promise<number | undefined>) {
    this.#timer = setInterval(() => {
      sample().then(
        (bytes) => this.#take(bytes),
        () => this.stop(),
      );
    }, 1000 / SAMPLES_PER_SECOND);
  }

  static async on(page: Page): Promise<HeapWatch> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    return new HeapWatch(async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #take(bytes: number | undefined): void {
    if (bytes === undefined) return;
    this.samples += 1;
    this.peak = Math.max(this.peak, bytes);
  }
}
