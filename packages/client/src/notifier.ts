/**
 * Least time between two notices. Four a second is as often as a person reads numbers, and drawing the page at every frame
 * took a fifth of the processor from the transfer (measured by profile, two browsers on two cores).
 */
const GAP_MS = 250;

/** Tells listeners that something changed: at once in the next frame, then at most every {@link GAP_MS}. */
export class Notifier {
  readonly #listeners = new Set<() => void>();
  #scheduled = false;
  #lastAt = Number.NEGATIVE_INFINITY;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#scheduled || this.#listeners.size === 0) return;
    this.#scheduled = true;
    const wait = this.#lastAt + GAP_MS - performance.now();
    if (wait > 0) setTimeout(() => this.#inNextFrame(), wait);
    else this.#inNextFrame();
  }

  /** A hidden tab draws no frames. */
  #inNextFrame(): void {
    if (document.visibilityState === "visible") requestAnimationFrame(() => this.#tell());
    else setTimeout(() => this.#tell());
  }

  #tell(): void {
    this.#scheduled = false;
    this.#lastAt = performance.now();
    for (const listener of [...this.#listeners]) listener();
  }
}
