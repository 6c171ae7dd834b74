import type { NodeId } from "@starling/protocol";
import type { Share, Source, SpeedLimits } from "./api.ts";
import { Choice } from "./choice.ts";
import type { Core } from "./core.ts";
import { abortError, StarlingError } from "./errors.ts";
import { attachSources, grantedSources } from "./file-handles.ts";
import { Following } from "./following.ts";
import { Ownership } from "./ownership.ts";
import { prepareAgain } from "./preparing.ts";
import type { Preparation } from "./progress.ts";
import type { StoredShare } from "./record.ts";
import { type ReadHost, readBlob, readStream } from "./share-reader.ts";
import { ShownShare } from "./shown-share.ts";
import { readSources, type SourceTree } from "./sources.ts";
import { checkLimits } from "./speed-limits.ts";
import type { TabMessage } from "./tabs.ts";
import { unlock } from "./unlock.ts";
import { Watch } from "./watch.ts";

/** One share as the scripting API shows it and has it done, wherever it runs. */
export class LiveShare extends ShownShare implements Share {
  readonly watch = new Watch();
  /** Aborts what is pending on this share: removed, or the client closed. */
  readonly ending = new AbortController();
  protected readonly owner: Ownership;
  protected readonly following: Following;
  protected readonly choice: Choice;
  readonly #forget: (share: LiveShare) => void;

  constructor(
    core: Core,
    stored: StoredShare,
    forget: (share: LiveShare) => void,
    preparation: Preparation | null = null,
  ) {
    super(core, stored, preparation);
    this.#forget = forget;
    this.following = this.#follow();
    this.owner = this.#own();
    this.choice = new Choice(this.model, () => this.#choiceChanged());
  }

  /** Runs here if no other tab of this browser has it, else follows that tab until it lets go. */
  async start(): Promise<void> {
    this.preparation = null;
    await this.owner.start();
  }

  /** Goes on with a preparation whose tab is gone, if the browser still lets us read the files. */
  async prepareIfAllowed(): Promise<void> {
    const { data, files } = this.model;
    const tree = await grantedSources(data.handles, files, "granted").catch(() => null);
    // If a file changed, is gone, or another tab was first, the share says that it needs its files.
    if (tree) await this.attachTree(tree).catch(() => undefined);
  }

  /** Unlocks with a password (or without one); rejects with PasswordError or LinkError. Needs the manifest. */
  async unlock(password: string | undefined): Promise<void> {
    const { manifest, data } = this.model;
    if (!manifest || data.unlocked) return;
    data.unlocked = await unlock(manifest, data.secret, password);
    await this.#saved();
    const { run } = this.owner;
    run?.want();
    if (!this.model.isListed) run?.listCatalogIfHere();
    this.touch();
  }

  addHints(hints: readonly NodeId[]): void {
    if (!this.model.addHints(hints)) return;
    void this.#saved();
    this.owner.run?.findProviders();
  }

  async download(paths?: readonly string[]): Promise<void> {
    this.choice.check(paths);
    if (this.owner.isElsewhere && !this.choice.isDone(paths)) await this.useHere();
    this.trouble.forgetFatal();
    this.choice.select(paths);
    await this.watch.until(() => {
      const { fatal } = this.trouble;
      if (fatal !== null) throw new StarlingError(fatal);
      return this.choice.isComplete;
    }, this.ending.signal);
  }

  deselect(paths: readonly string[]): void {
    this.choice.check(paths);
    if (this.owner.isElsewhere) return void this.useHere().then(() => this.deselect(paths));
    this.choice.deselect(paths);
  }

  pause(): void {
    if (this.model.data.paused || this.owner.isPreparing) return;
    if (this.owner.isElsewhere) return void this.useHere().then(() => this.pause());
    this.model.data.paused = true;
    this.core.swarm.pause(this.model.root);
    this.#changed();
  }

  resume(): void {
    if (this.owner.isPreparing) return;
    if (this.owner.isElsewhere) return void this.useHere().then(() => this.resume());
    this.trouble.forget();
    this.model.data.paused = false;
    this.core.swarm.resume(this.model.root);
    this.#changed();
  }

  limit(limits: SpeedLimits): void {
    if (this.owner.isElsewhere) return void this.useHere().then(() => this.limit(limits));
    this.model.data.limits = checkLimits(limits);
    if (this.owner.isPreparing) return;
    if (this.owner.run) this.core.swarm.limit(this.model.root, this.model.data.limits);
    this.#changed();
  }

  async attach(sources: readonly Source[]): Promise<void> {
    await this.attachTree(readSources(sources));
  }

  /** Serves these files; rejects with SourceError naming the first that differs. */
  async attachTree(tree: SourceTree): Promise<void> {
    if (this.preparation) throw new StarlingError("These files are being prepared. Wait until they have their link.");
    if (this.owner.isPreparing) return prepareAgain(this.core, this, tree);
    if (this.owner.isElsewhere) await this.useHere();
    const { content, data, files } = this.model;
    if (!content) throw new StarlingError("The list of files is not known yet, so they cannot be attached.");
    attachSources(content, files, tree);
    data.handles = tree.handles;
    this.trouble.forgetProblem();
    await this.#saved();
    await this.owner.restart();
  }

  async reattach(): Promise<void> {
    const { data, files } = this.model;
    const tree = await grantedSources(data.handles, files, "ask");
    if (!tree) throw new StarlingError("The browser did not allow reading the files. Choose them again instead.");
    await this.attachTree(tree);
  }

  useHere(): Promise<void> {
    return this.owner.useHere();
  }

  async remove(): Promise<void> {
    if (this.owner.hasEnded) return;
    await this.useHere();
    await this.end("The share was removed.");
    await this.model.written;
    await this.core.store.removeShare(this.id);
    this.core.tabs.post({ type: "removed", id: this.id });
    this.owner.releaseLock();
    this.#forget(this);
  }

  blob(path: string): Promise<Blob> {
    return readBlob(this.#reading, path);
  }

  stream(path: string, start = 0, end?: number): ReadableStream<Uint8Array> {
    return readStream(this.#reading, path, start, end);
  }

  /** Stops everything of this share in this tab; the lock is kept for the caller to release. */
  async end(why: string): Promise<void> {
    const ended = this.owner.end();
    this.ending.abort(abortError(why));
    await ended;
  }

  releaseLock(): void {
    this.owner.releaseLock();
  }

  /** A message of another tab about this share. */
  async heard(message: TabMessage, reload: () => Promise<StoredShare | null>): Promise<void> {
    if (message.type === "yield") return this.owner.yield();
    const { isElsewhere, isPreparing } = this.owner;
    if (!isElsewhere && !isPreparing) return;
    if (message.type === "saved") await (isPreparing ? this.#preparedElsewhere(reload) : this.following.saved(reload));
    if (message.type === "progress" && isElsewhere) await this.following.heard(message.progress);
    if (message.type === "removed") {
      await this.end("The share was removed in another tab.");
      this.#forget(this);
    }
  }

  /** Tells the other tabs, and now and then the record, how it goes. */
  report(): void {
    if (!this.owner.isRunning) return;
    this.owner.run?.keepTotals(performance.now());
    this.core.tabs.post({ type: "progress", id: this.id, progress: this.progress, status: this.status });
  }

  /** The page may be gone soon. */
  leaving(): void {
    this.owner.run?.writeTotals();
  }

  touch(): void {
    this.watch.touch();
    this.core.changed();
  }

  get #reading(): ReadHost {
    const { writeBehind } = this.core;
    const run = () => this.owner.run;
    return { model: this.model, watch: this.watch, writeBehind, signal: this.ending.signal, run };
  }

  /** Another tab was given the files of a share that waits for them here too. */
  async #preparedElsewhere(reload: () => Promise<StoredShare | null>): Promise<void> {
    const stored = await reload();
    if (!stored?.data.root || this.preparation) return;
    this.model.replaceData(stored.data);
    this.choice.reread();
    await this.start();
  }

  #choiceChanged(): void {
    this.owner.run?.want();
    this.#changed();
  }

  #changed(): void {
    void this.#saved();
    this.touch();
  }

  #follow(): Following {
    return new Following(this.core, this.model, {
      isElsewhere: () => this.owner.isElsewhere,
      replaced: () => this.choice.reread(),
      changed: () => this.touch(),
    });
  }

  #own(): Ownership {
    return new Ownership(this.core, this.model, {
      changed: () => this.touch(),
      followed: () => this.following.begin(),
      problem: (sentence, fatal) => {
        this.trouble.problem(sentence, fatal);
        this.touch();
      },
      recovered: () => {
        // Comes with every piece: a page that drew for each would take the processor from the transfer.
        this.watch.touch();
        if (this.trouble.forgetFatal()) this.core.changed();
      },
      outOfRoom: (sentence) => {
        this.trouble.outOfRoom(sentence);
        this.touch();
      },
    });
  }

  async #saved(): Promise<void> {
    await this.model.save();
    this.core.tabs.post({ type: "saved", id: this.id });
  }
}
