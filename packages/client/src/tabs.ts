import type { Progress } from "./api.ts";
import { type HeldLock, holdLock } from "./locks.ts";

/** What tabs of one browser tell each other. */
export type TabMessage =
  /** A share's record was written (or is new): read it again. */
  | { readonly type: "saved"; readonly id: string }
  | { readonly type: "removed"; readonly id: string }
  /** How far the running tab is; at most twice a second. */
  | { readonly type: "progress"; readonly id: string; readonly progress: Progress; readonly status: string }
  /** Another tab wants to run this share: write everything down and stop. */
  | { readonly type: "yield"; readonly id: string }
  | { readonly type: "yielded"; readonly id: string };

/** How long a tab that should yield has to write everything down before it is taken from. */
const YIELD_WAIT_MS = 2000;

/** One share runs in one tab of a browser: the Web Lock `share:<root>` says which, this channel says how it goes. */
export class Tabs {
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<(message: TabMessage) => void>();

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      for (const listener of [...this.#listeners]) listener(data);
    });
  }

  post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  listen(listener: (message: TabMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The share's lock if no other tab has it, else null at once. */
  tryHold(root: string): Promise<HeldLock | null> {
    return holdLock(lockName(root), { waitMs: 0 });
  }

  /** The share's lock once no other tab has it; null if stopped by the signal. */
  waitToHold(root: string, signal: AbortSignal): Promise<HeldLock | null> {
    return holdLock(lockName(root), { waitMs: Number.POSITIVE_INFINITY, signal });
  }

  /** Asks the tab that runs the share to stop, gives it a moment to write, and takes the lock. */
  async takeOver(id: string, root: string): Promise<HeldLock | null> {
    await this.#askToYield(id);
    return holdLock(lockName(root), { waitMs: 0, steal: true });
  }

  close(): void {
    this.#channel.close();
  }

  #askToYield(id: string): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, YIELD_WAIT_MS);
      const stop = this.listen((message) => {
        if (message.type === "yielded" && message.id === id) done();
      });
      this.post({ type: "yield", id });
    });
  }
}

function lockName(root: string): string {
  return `share:${root}`;
}
