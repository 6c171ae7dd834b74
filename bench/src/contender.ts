import type { Page } from "playwright";

/** One transfer to measure: a file of random bytes from one page to others. */
interface Transfer {
  readonly bytes: number;
  readonly sender: Page;
  readonly receivers: readonly Page[];
}

export interface Measurement {
  /** From the wish to download until the last receiver has verified everything. */
  readonly seconds: number;
  /** Largest JavaScript heap seen in any page, in bytes. */
  readonly peakHeap: number;
}

/** A way of moving a file between pages. */
export interface Contender {
  readonly name: string;
  /** Address that a fresh page of this contender opens. */
  readonly address: string;
  /** Moves the file and returns the seconds that it took. */
  transfer(transfer: Transfer): Promise<number>;
  close(): Promise<void>;
}
