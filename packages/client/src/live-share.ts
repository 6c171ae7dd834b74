import { formatLink, type NodeId } from "@starling/protocol";
import type { FileInfo, Peer, Progress, Share, ShareState, Source, SpeedLimits } from "./api.ts";
import { Choice } from "./choice.ts";
import type { Core } from "./core.ts";
import { abortError, StarlingError } from "./errors.ts";
import { attachSources, grantedSources } from "./file-handles.ts";
import { Following } from "./following.ts";
import { Ownership } from "./ownership.ts";
import { hasSource, peersOf } from "./peers.ts";
import { progressOf } from "./progress.ts";
import type { StoredShare } from "./record.ts";
import { ShareModel } from "./share-model.ts";
import { type ReadHost, readBlob, readStream } from "./share-reader.ts";
import { readSources, type SourceTree } from "./sources.ts";
import { checkLimits } from "./speed-limits.ts";
import { statusOf } from "./status.ts";
import type { TabMessage } from "./tabs.ts";
import { Trouble } from "./trouble.ts";
import { unlock } from "./unlock.ts";
import { Watch } from "./watch.ts";

export interface Preparation {
  readonly bytesTotal: number;
  bytesDone: number;
  readonly startedAt: number;
}

/** One share as the scripting API shows it, wherever it runs. */
export class LiveShare implements Share {
  readonly id: string;
  readonly model: ShareModel;
  readonly watch = new Watch();
  /** Aborts what is pending on this share: removed, or the client closed. */
  readonly ending = new AbortController();
  readonly #core: Core;
  readonly #owner: Ownership;
  readonly #following: Following;
  readonly #choice: Choice;
  readonly #trouble = new Trouble();
  readonly #forget: (share: LiveShare) => void;
  preparation: Preparation | null;

  constructor(
    core: Core,
    stored: StoredShare,
    forget: (share: LiveShare) => void,
    preparation: Preparation | null = null,
  ) {
    this.id = stored.id;
    this.model = new ShareModel(stored.id, stored.data, core.store);
    this.#core = core;
    this.#forget = forget;
    this.preparation = preparation;
    this.#following = this.#follow();
    this.#owner = this.#own();
    this.#choice = new Choice(this.model, () => this.#choiceChanged());
  }

  get link(): string | null {
    const { root, secret, mine, hints } = this.model.data;
    if (root === null) return null;
    const likely: readonly NodeId[] = mine ? [this.#core.nodeId, ...hints] : [...hints.slice(0, 2), this.#core.nodeId];
    return formatLink(this.#core.origin, { root, secret, hints: [...new Set(likely)].slice(0, 3) });
  }

  get root(): string | null {
    return this.model.data.root;
  }

  get title(): string {
    return this.model.data.title;
  }

  get files(): readonly FileInfo[] {
    return this.model.files;
  }

  get folders(): readonly string[] {
    return this.model.folders;
  }

  get mine(): boolean {
    return this.model.data.mine;
  }

  get hasPassword(): boolean {
    return this.model.manifest?.hasPassword ?? false;
  }

  get created(): number {
    return this.model.data.created;
  }

  get canReattach(): boolean {
    return Object.keys(this.model.data.handles).length > 0;
  }

  get error(): string | null {
    return this.#trouble.sentence ?? (this.#isDamaged ? DAMAGED : null);
  }

  get state(): ShareState {
    if (this.#owner.isPreparing) return "preparing";
    if (this.#trouble.fatal !== null) return "failed";
    if (this.#owner.isElsewhere) return "elsewhere";
    if (this.model.needsFiles) return "needs-files";
    if (this.model.data.paused || this.#trouble.isOutOfRoom) return "paused";
    if (this.mine) return "seeding";
    return this.#fetchingState();
  }

  get status(): string {
    const peers = this.peers;
    return statusOf({
      state: this.state,
      error: this.error,
      mine: this.mine,
      isReachable: this.#core.network.isReachable,
      peers: peers.length,
      sending: peers.filter(({ activity }) => activity === "sending" || activity === "both").length,
      listed: this.model.isListed,
      locked: this.model.isLocked,
      noRoom: this.model.data.noRoom,
    });
  }

  get progress(): Progress {
    return this.#following.progress ?? progressOf(this.#core, this.model, this.#owner.run, this.preparation);
  }

  get selection(): readonly string[] {
    return this.#choice.paths;
  }

  get limits(): SpeedLimits {
    return this.model.data.limits;
  }

  get peers(): readonly Peer[] {
    return this.#owner.run ? peersOf(this.#core, this.model.root) : [];
  }

  fileProgress(path: string): number {
    const { selection } = this.model;
    return selection?.fileVerified(selection.fileIndex(path)) ?? 0;
  }

  /** Runs here if no other tab of this browser has it, else follows that tab until it lets go. */
  async start(): Promise<void> {
    this.preparation = null;
    await this.#owner.start();
  }

  /** Unlocks with a password (or without one); rejects with PasswordError or LinkError. Needs the manifest. */
  async unlock(password: string | undefined): Promise<void> {
    const { manifest, data } = this.model;
    if (!manifest || data.unlocked) return;
    data.unlocked = await unlock(manifest, data.secret, password);
    await this.#saved();
    const { run } = this.#owner;
    run?.want();
    if (!this.model.isListed) run?.listCatalogIfHere();
    this.touch();
  }

  addHints(hints: readonly NodeId[]): void {
    if (!this.model.addHints(hints)) return;
    void this.#saved();
    this.#owner.run?.findProviders();
  }

  async download(paths?: readonly string[]): Promise<void> {
    this.#choice.check(paths);
    if (this.#owner.isElsewhere && !this.#choice.isComplete) await this.useHere();
    this.#trouble.forgetFatal();
    this.#choice.select(paths);
    await this.watch.until(() => {
      const { fatal } = this.#trouble;
      if (fatal !== null) throw new StarlingError(fatal);
      return this.#choice.isComplete;
    }, this.ending.signal);
  }

  deselect(paths: readonly string[]): void {
    this.#choice.deselect(paths);
  }

  pause(): void {
    if (this.model.data.paused || this.#owner.isPreparing) return;
    if (this.#owner.isElsewhere) return void this.useHere().then(() => this.pause());
    this.model.data.paused = true;
    this.#core.swarm.pause(this.model.root);
    void this.#saved();
    this.touch();
  }

  resume(): void {
    if (this.#owner.isPreparing) return;
    if (this.#owner.isElsewhere) return void this.useHere().then(() => this.resume());
    this.#trouble.forget();
    this.model.data.paused = false;
    this.#core.swarm.resume(this.model.root);
    void this.#saved();
    this.touch();
  }

  limit(limits: SpeedLimits): void {
    if (this.#owner.isElsewhere) return void this.useHere().then(() => this.limit(limits));
    this.model.data.limits = checkLimits(limits);
    if (this.#owner.isPreparing) return;
    if (this.#owner.run) this.#core.swarm.limit(this.model.root, this.model.data.limits);
    void this.#saved();
    this.touch();
  }

  async attach(sources: readonly Source[]): Promise<void> {
    await this.attachTree(readSources(sources));
  }

  /** Serves these files; rejects with SourceError naming the first that differs. */
  async attachTree(tree: SourceTree): Promise<void> {
    const { content, data } = this.model;
    if (!content) throw new StarlingError("The list of files is not known yet, so they cannot be attached.");
    attachSources(content, tree);
    data.handles = tree.handles;
    this.#trouble.forgetProblem();
    await this.#saved();
    await this.#owner.restart();
  }

  async reattach(): Promise<void> {
    const { data, files } = this.model;
    const tree = await grantedSources(data.handles, files, "ask");
    if (!tree) throw new StarlingError("The browser did not allow reading the files. Choose them again instead.");
    await this.attachTree(tree);
  }

  useHere(): Promise<void> {
    return this.#owner.useHere();
  }

  async remove(): Promise<void> {
    if (this.#owner.hasEnded) return;
    const wasPreparing = this.#owner.isPreparing;
    await this.useHere();
    await this.end("The share was removed.");
    if (!wasPreparing) {
      await this.#core.store.removeShare(this.id);
      this.#core.tabs.post({ type: "removed", id: this.id });
    }
    this.#owner.releaseLock();
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
    const ended = this.#owner.end();
    this.ending.abort(abortError(why));
    await ended;
  }

  releaseLock(): void {
    this.#owner.releaseLock();
  }

  /** A message of another tab about this share. */
  async heard(message: TabMessage, reload: () => Promise<StoredShare | null>): Promise<void> {
    if (message.type === "yield") return this.#owner.yield();
    if (!this.#owner.isElsewhere) return;
    if (message.type === "saved") await this.#following.saved(reload);
    if (message.type === "progress") await this.#following.heard(message.progress);
    if (message.type === "removed") {
      await this.end("The share was removed in another tab.");
      this.#forget(this);
    }
  }

  /** Tells the other tabs, and now and then the record, how it goes. */
  report(): void {
    if (!this.#owner.isRunning) return;
    this.#owner.run?.keepTotals(performance.now());
    this.#core.tabs.post({ type: "progress", id: this.id, progress: this.progress, status: this.status });
  }

  touch(): void {
    this.watch.touch();
    this.#core.changed();
  }

  /** Pieces of a share made here are gone from the store, or were found damaged when a peer asked for them. */
  get #isDamaged(): boolean {
    const { data, selection } = this.model;
    return data.mine && data.keep === "store" && this.#owner.run?.takesPart === true && selection?.isComplete === false;
  }

  get #reading(): ReadHost {
    const { writeBehind } = this.#core;
    const run = () => this.#owner.run;
    return { model: this.model, watch: this.watch, writeBehind, signal: this.ending.signal, run };
  }

  #fetchingState(): ShareState {
    const { selection } = this.model;
    if (!selection) return "waiting";
    if (this.model.wantsNothing) return "idle";
    if (selection.isComplete) return "complete";
    return hasSource(this.#core, this.model.root) ? "downloading" : "waiting";
  }

  #choiceChanged(): void {
    this.#owner.run?.want();
    void this.#saved();
    this.touch();
  }

  #follow(): Following {
    return new Following(this.#core, this.model, {
      isElsewhere: () => this.#owner.isElsewhere,
      replaced: () => this.#choice.reread(),
      changed: () => this.touch(),
    });
  }

  #own(): Ownership {
    return new Ownership(this.#core, this.model, {
      changed: () => this.touch(),
      followed: () => this.#following.begin(),
      problem: (sentence, fatal) => {
        this.#trouble.problem(sentence, fatal);
        this.touch();
      },
      recovered: () => {
        // Comes with every piece: a page that drew for each would take the processor from the transfer.
        this.watch.touch();
        if (this.#trouble.forgetFatal()) this.#core.changed();
      },
      outOfRoom: (sentence) => {
        this.#trouble.outOfRoom(sentence);
        this.touch();
      },
    });
  }

  async #saved(): Promise<void> {
    await this.model.save();
    this.#core.tabs.post({ type: "saved", id: this.id });
  }
}

const DAMAGED =
  "A part of these files is damaged or gone in this browser's storage. It is fetched again from others who have it; if nobody has, share the files again.";
