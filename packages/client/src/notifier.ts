/** Changes in a hidden tab are told this often: no frames are drawn there. */
const HIDDEN_MS = 250;

/** Tells listeners that something changed, at most once a frame. */
export class Notifier {
  readonly #listeners = new Set<() => void>();
  #scheduled = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#scheduled || this.#listeners.size === 0) return;
    this.#scheduled = true;
    const tell = () => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(tell);
    else setTimeout(tell, HIDDEN_MS);
  }
}
