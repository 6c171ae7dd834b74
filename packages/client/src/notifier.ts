/**
 * Least time between two notices of progress. Numbers are read no faster, and each drawing of the page takes processor
 * time from the transfer: at every frame a fifth of it, four times a second a tenth (measured by thread, two browsers on
 * two cores).
 */
const PROGRESS_GAP_MS = 500;
/** What drawing progress may take of the page's time, until the gap is {@link LONGEST_GAP_MS}. */
const DRAWING_SHARE = 0.02;
const LONGEST_GAP_MS = 1_000;

/**
 * Tells listeners that something changed: in the next frame, or when only progress did at most every half second; on a
 * machine so busy that a drawing takes longer than ten milliseconds, down to once a second.
 */
export class Notifier {
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #framed = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #gap = PROGRESS_GAP_MS;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something that a person waits to see: a state, a button's effect, a new share. */
  changed(): void {
    if (this.#framed || this.#listeners.size === 0) return;
    this.#framed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // A hidden tab draws no frames.
    if (document.visibilityState === "visible") requestAnimationFrame(() => this.#tell());
    else setTimeout(() => this.#tell());
  }

  /** Bytes, rates, peers. */
  progressed(): void {
    if (this.#framed || this.#timer !== null || this.#listeners.size === 0) return;
    const wait = this.#lastAt + this.#gap - performance.now();
    if (wait <= 0) return this.changed();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.changed();
    }, wait);
  }

  #tell(): void {
    this.#framed = false;
    const begun = performance.now();
    this.#lastAt = begun;
    for (const listener of [...this.#listeners]) listener();
    // Views draw in a microtask of their own, which comes before this one.
    queueMicrotask(() => {
      const share = (performance.now() - begun) / DRAWING_SHARE;
      this.#gap = Math.min(Math.max(share, PROGRESS_GAP_MS), LONGEST_GAP_MS);
    });
  }
}
