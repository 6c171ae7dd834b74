import type { Core } from "./core.ts";
import { LiveShare } from "./live-share.ts";
import { PREPARING_LOCK } from "./make-share.ts";
import type { ShareShelf } from "./open-share.ts";
import { asStoredShare, newShareId, type ShareData, type StoredShare, shareIdOf } from "./record.ts";
import type { TabMessage } from "./tabs.ts";

/** The shares of a client: finds, makes and forgets them, and hands on what concerns them all. */
export class Shelf implements ShareShelf {
  readonly #core: Core;
  readonly #shares = new Map<string, LiveShare>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** A new array, in the order in which they came. */
  shares(): LiveShare[] {
    return [...this.#shares.values()];
  }

  byRoot(root: string): LiveShare | undefined {
    for (const share of this.#shares.values()) if (share.root === root) return share;
    return undefined;
  }

  /** Saved shares go on by themselves. */
  async load(): Promise<void> {
    for (const record of await this.#core.store.shares()) {
      const stored = asStoredShare(record);
      if (stored) this.#adopt(stored);
    }
    void this.#sweep();
  }

  addPreparing(data: ShareData, bytesTotal: number): LiveShare {
    const preparation = { bytesTotal, bytesDone: 0, startedAt: performance.now() };
    const stored = { id: newShareId(), hashes: null, data };
    const share = new LiveShare(this.#core, stored, (gone) => this.#forget(gone), preparation);
    this.#shares.set(share.id, share);
    this.#core.changed();
    return share;
  }

  async add(data: ShareData): Promise<LiveShare> {
    if (data.root === null) throw new Error("a link names a root");
    const share = this.#adopt({ id: shareIdOf(data.root), hashes: null, data });
    await share.model.save();
    this.#core.tabs.post({ type: "saved", id: share.id });
    return share;
  }

  /** A message of another tab. */
  async heard(message: TabMessage): Promise<void> {
    const stored = async () => {
      const record = await this.#core.store.share(message.id);
      return record ? asStoredShare(record) : null;
    };
    const share = this.#shares.get(message.id);
    if (share) return share.heard(message, stored);
    if (message.type !== "saved") return;
    const record = await stored();
    if (record && !this.#shares.has(record.id)) this.#adopt(record);
  }

  /** Tells other tabs, and now and then the records, how all shares go. */
  report(): void {
    for (const share of this.#shares.values()) share.report();
  }

  /** The page may be gone soon. */
  leaving(): void {
    for (const share of this.#shares.values()) share.leaving();
  }

  #adopt(stored: StoredShare): LiveShare {
    const share = new LiveShare(this.#core, stored, (gone) => this.#forget(gone));
    this.#shares.set(share.id, share);
    void share.start();
    this.#core.changed();
    return share;
  }

  #forget(share: LiveShare): void {
    this.#shares.delete(share.id);
    this.#core.changed();
  }

  /** Deletes pieces that a preparation left behind when its tab ended; not while any tab is preparing. */
  async #sweep(): Promise<void> {
    await navigator.locks.request(PREPARING_LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) await this.#core.store.sweep();
    });
  }
}
