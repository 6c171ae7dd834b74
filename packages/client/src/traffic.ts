import type { ShareView } from "@starling/swarm";

/** How long totals may be only in memory: a crash loses no more of them. A record is small, but a write wakes the disk. */
const SAVE_EVERY_MS = 5000;

/** Bytes of blocks of a share. */
export interface Totals {
  readonly bytesDownloaded: number;
  readonly bytesUploaded: number;
}

export function sameTotals(a: Totals, b: Totals): boolean {
  return a.bytesDownloaded === b.bytesDownloaded && a.bytesUploaded === b.bytesUploaded;
}

/** Carries a share's totals over its joins: the swarm counts each from 0. */
export class Traffic {
  #before: Totals = { bytesDownloaded: 0, bytesUploaded: 0 };
  #savedAt = Number.NEGATIVE_INFINITY;

  /** What was counted before the next join. */
  begin({ bytesDownloaded, bytesUploaded }: Totals): void {
    this.#before = { bytesDownloaded, bytesUploaded };
  }

  /** @param view what the swarm counted since that join; null when the share takes no part. */
  totals(view: Pick<ShareView, keyof Totals> | null): Totals {
    const { bytesDownloaded, bytesUploaded } = this.#before;
    return {
      bytesDownloaded: bytesDownloaded + (view?.bytesDownloaded ?? 0),
      bytesUploaded: bytesUploaded + (view?.bytesUploaded ?? 0),
    };
  }

  /** Whether totals that differ from those saved should be written now; if so, counts them as written. */
  isDue(totals: Totals, saved: Totals, now: number): boolean {
    if (sameTotals(totals, saved) || now - this.#savedAt < SAVE_EVERY_MS) return false;
    this.#savedAt = now;
    return true;
  }
}
