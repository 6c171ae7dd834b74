import { abortError } from "./errors.ts";

/** Lets promises wait for a condition that is looked at again whenever something changed. */
export class Watch {
  readonly #checks = new Set<() => void>();

  /** Something changed. */
  touch(): void {
    for (const check of [...this.#checks]) check();
  }

  /**
   * Resolves once `ready` returns true, at once if it does now; rejects with whatever it throws, with AbortError when the
   * signal aborts.
   */
  until(ready: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#checks.delete(check);
        signal?.removeEventListener("abort", aborted);
        finish();
      };
      const aborted = () => settle(() => reject(signal?.reason ?? abortError("Stopped.")));
      const check = () => {
        try {
          if (ready()) settle(resolve);
        } catch (error) {
          settle(() => reject(error));
        }
      };
      if (signal?.aborted) return aborted();
      signal?.addEventListener("abort", aborted);
      this.#checks.add(check);
      check();
    });
  }
}
