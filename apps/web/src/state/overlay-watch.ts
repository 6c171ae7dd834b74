import type { Client, OverlayView } from "@starling/client";
import { hexOf } from "../logic/ids.ts";
import { endLookup, followLookups, type LookupTrace } from "../logic/lookup-trace.ts";
import type { AppStore } from "./store.ts";

/** What the Network page renders. */
export interface OverlaySnapshot {
  readonly view: OverlayView;
  /** Newest first; the view itself has only those under way. */
  readonly lookups: readonly LookupTrace[];
}

const EVERY_MS = 1000;
/** While a look-up is under way. */
const EVERY_MS_BUSY = 100;
/** Between looks, not renders, at a look-up of one's own: on a local network one takes a few of these. */
const SAMPLE_MS = 5;

/** Keeps `store.overlay` about a second old while the Network page is shown; nothing is looked at when it is not. */
export class OverlayWatch {
  readonly #client: Client;
  readonly #store: AppStore;
  readonly #isSeen: () => boolean;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lookups: readonly LookupTrace[] = [];

  /** @param isSeen whether the tab is in the foreground. */
  constructor(client: Client, store: AppStore, isSeen: () => boolean) {
    this.#client = client;
    this.#store = store;
    this.#isSeen = isSeen;
  }

  start(): void {
    this.#publish(this.#sample());
    this.#schedule();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#store.setState({ overlay: null });
  }

  /** Looks a key (32 bytes) up and follows it. Rejects as `overlay.lookup` does. */
  async lookUp(key: Uint8Array): Promise<void> {
    const found = this.#client.overlay.lookup(key);
    this.#look();
    const sampling = setInterval(() => this.#sample(), SAMPLE_MS);
    try {
      const nodes = await found;
      this.#lookups = endLookup(this.#lookups, hexOf(key), nodes, this.#client.nodeId);
    } finally {
      clearInterval(sampling);
      if (this.#timer !== null) this.#look();
    }
  }

  #look(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isSeen()) this.#publish(this.#sample());
    this.#schedule();
  }

  #schedule(): void {
    const busy = this.#lookups.some(({ running }) => running);
    this.#timer = setTimeout(() => this.#look(), busy ? EVERY_MS_BUSY : EVERY_MS);
  }

  #sample(): OverlayView {
    const view = this.#client.overlay.view();
    this.#lookups = followLookups(this.#lookups, view.lookups);
    return view;
  }

  #publish(view: OverlayView): void {
    this.#store.setState({ overlay: { view, lookups: this.#lookups } });
  }
}
