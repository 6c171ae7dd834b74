import type { Progress } from "./api.ts";
import type { Core } from "./core.ts";
import type { StoredShare } from "./record.ts";
import type { ShareModel } from "./share-model.ts";

export interface FollowingHost {
  /** Whether another tab of this browser runs the share. */
  isElsewhere(): boolean;
  /** The record is another one now. */
  replaced(): void;
  changed(): void;
}

/** A share that runs in another tab, as that tab and the common store tell of it. */
export class Following {
  readonly #core: Core;
  readonly #model: ShareModel;
  readonly #host: FollowingHost;
  #progress: Progress | null = null;

  constructor(core: Core, model: ShareModel, host: FollowingHost) {
    this.#core = core;
    this.#model = model;
    this.#host = host;
  }

  /** What the running tab said last; null: nothing yet, or the share runs here. */
  get progress(): Progress | null {
    return this.#host.isElsewhere() ? this.#progress : null;
  }

  /** Another tab runs the share from now on. */
  begin(): void {
    this.#progress = null;
    void this.#readHave();
  }

  async heard(progress: Progress): Promise<void> {
    this.#progress = progress;
    this.#model.followTotals(progress);
    await this.#readHave();
  }

  /** The running tab wrote the record. */
  async saved(reload: () => Promise<StoredShare | null>): Promise<void> {
    const stored = await reload();
    if (!stored || !this.#host.isElsewhere()) return;
    this.#model.replaceData(stored.data);
    this.#host.replaced();
    await this.#readHave();
  }

  /** The have-set in the common store says what the other tab verified. */
  async #readHave(): Promise<void> {
    const bits = await this.#core.store.have(this.#model.id);
    if (bits && this.#host.isElsewhere()) this.#model.markBits(bits);
    this.#host.changed();
  }
}
