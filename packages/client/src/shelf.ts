import type { Core } from "./core.ts";
import { LiveShare } from "./live-share.ts";
import { holdLock } from "./locks.ts";
import type { ShareShelf } from "./open-share.ts";
import { PREPARING_LOCK, preparingLock } from "./preparing.ts";
import { newPreparation, type Preparation } from "./progress.ts";
import { asStoredShare, newShareId, type ShareData, type StoredShare, shareIdOf } from "./record.ts";
import type { TabMessage } from "./tabs.ts";

/** A tab that was reloaded lets go of its locks within this time (ms). */
const LETTING_GO = 1000;

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

  #byRoot(root: string): LiveShare | undefined {
    for (const share of this.#shares.values()) if (share.root === root) return share;
    return undefined;
  }

  /** The share with this root, be it one that another tab made and did not tell this one of yet. */
  async find(root: string): Promise<LiveShare | undefined> {
    const shown = this.#byRoot(root);
    if (shown) return shown;
    const records = await this.#core.store.shares();
    const stored = records.map(asStoredShare).find((record) => record?.data.root === root);
    return this.#byRoot(root) ?? (stored ? (this.#shares.get(stored.id) ?? this.#adopt(stored)) : undefined);
  }

  /** Saved shares go on by themselves. */
  async load(): Promise<void> {
    for (const record of await this.#core.store.shares()) {
      const stored = asStoredShare(record);
      if (stored && stored.data.root !== null) this.#adopt(stored);
      else if (stored && !(await this.#adoptUnprepared(stored.id, 0)))
        void this.#adoptUnprepared(stored.id, LETTING_GO);
    }
    void this.#sweep();
  }

  addPreparing(data: ShareData, bytesTotal: number): LiveShare {
    return this.#show({ id: newShareId(), hashes: null, data }, newPreparation(bytesTotal));
  }

  async add(data: ShareData): Promise<LiveShare> {
    if (data.root === null) throw new Error("a link names a root");
    const opened = this.#byRoot(data.root);
    if (opened) return opened;
    const share = this.#adopt({ id: shareIdOf(data.root), hashes: null, data });
    await share.model.save();
    this.#core.tabs.post({ type: "saved", id: share.id });
    return share;
  }

  /** A message of another tab. */
  async heard(message: TabMessage): Promise<void> {
    const stored = () => this.#stored(message.id);
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

  async #stored(id: string): Promise<StoredShare | null> {
    const record = await this.#core.store.share(id);
    return record ? asStoredShare(record) : null;
  }

  #adopt(stored: StoredShare): LiveShare {
    const share = this.#show(stored, null);
    void share.start();
    return share;
  }

  /**
   * A share whose preparation ended with its tab asks for its files, unless they may be read without. False: a tab is still
   * at it, and alone shows it.
   */
  async #adoptUnprepared(id: string, waitMs: number): Promise<boolean> {
    const lock = await holdLock(preparingLock(id), { waitMs });
    lock?.release();
    const stored = lock && (await this.#stored(id));
    if (stored?.data.root === null && !this.#shares.has(id)) void this.#show(stored, null).prepareIfAllowed();
    return lock !== null;
  }

  #show(stored: StoredShare, preparation: Preparation | null): LiveShare {
    const share = new LiveShare(this.#core, stored, (gone) => this.#forget(gone), preparation);
    this.#shares.set(share.id, share);
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
