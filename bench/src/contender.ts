import type { Page } from "playwright";

/** One transfer to measure: a file of random bytes from one page to others. */
interface Transfer {
  readonly bytes: number;
  readonly sender: Page;
  readonly receivers: readonly Page[];
}

export interface Outcome {
  /** From the wish to download until each receiver had verified everything, in the order of `receivers`. */
  readonly seconds: readonly number[];
  /** Bytes of content that came more than once, as a part of all that came; null where that is not known. */
  readonly duplicateShare: number | null;
  /** What the sender sent of content, in copies of the file; null where that is not known. */
  readonly copiesSent: number | null;
}

/** A way of moving a file between pages. */
export interface Contender {
  readonly name: string;
  /** Address that a fresh page of this contender opens. */
  readonly address: string;
  /** Makes everything ready, so that only the wish is missing; the result utters it. */
  prepare(transfer: Transfer): Promise<() => Promise<Outcome>>;
}

/** One with servers of its own. */
export interface HostedContender extends Contender {
  close(): Promise<void>;
}

/** Runs `fetch` on all receivers at once and tells the seconds that each took. */
export function timed<P>(receivers: readonly P[], fetch: (receiver: P) => Promise<void>): Promise<number[]> {
  const started = performance.now();
  return Promise.all(
    receivers.map(async (receiver) => {
      await fetch(receiver);
      return (performance.now() - started) / 1000;
    }),
  );
}
