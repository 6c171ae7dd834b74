import type { OverlayHost } from "./overlay-host.ts";

/**
 * Tells the overlay when the browser hides, freezes, wakes or ends the page (Page Lifecycle). Returns how to stop.
 * @param hidden the page may be gone soon: the last moment at which what is written still arrives on disk
 */
export function watchPage(overlay: OverlayHost, hidden: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const seen = () => overlay.visibility(document.visibilityState === "visible" ? "visible" : "hidden");
  document.addEventListener("visibilitychange", seen, { signal });
  const left = () => document.visibilityState === "hidden" && hidden();
  document.addEventListener("visibilitychange", left, { signal });
  document.addEventListener("freeze", () => overlay.visibility("frozen"), { signal });
  document.addEventListener("resume", seen, { signal });
  // Only for good: a page kept for the way back goes on where it was.
  addEventListener("pagehide", ({ persisted }) => !persisted && overlay.input({ type: "leave" }), { signal });
  seen();
  return () => stop.abort();
}
