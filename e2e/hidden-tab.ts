import type { BrowserContext } from "playwright/test";

/**
 * Makes every page of this context one that nobody looks at. A headless browser hides none, so the page is told that it
 * is hidden, and its timers fire as Chrome's do in a hidden tab: all together, once a second.
 */
export async function hideTab(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const SECOND = 1000;
    const { setTimeout, setInterval } = window;
    const aligned = (delay = 0) => {
      const due = performance.now() + delay;
      return Math.ceil(due / SECOND) * SECOND - performance.now();
    };
    const late = (handler: TimerHandler, delay?: number, ...args: unknown[]) =>
      setTimeout(handler, aligned(delay), ...args);
    const seldom = (handler: TimerHandler, delay = 0, ...args: unknown[]) =>
      setInterval(handler, Math.max(SECOND, delay), ...args);
    Object.assign(window, { setTimeout: late, setInterval: seldom });
    Object.defineProperty(Document.prototype, "visibilityState", { get: () => "hidden" });
    Object.defineProperty(Document.prototype, "hidden", { get: () => true });
    addEventListener("load", () => document.dispatchEvent(new Event("visibilitychange")));
  });
}
