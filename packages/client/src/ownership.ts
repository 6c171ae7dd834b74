import type { Core } from "./core.ts";
import { attachSources, grantedSources } from "./file-handles.ts";
import { Lifecycle, type LifecycleEffect, type LifecycleInput } from "./lifecycle.ts";
import type { HeldLock } from "./locks.ts";
import { Runner } from "./runner.ts";
import type { ShareModel } from "./share-model.ts";
import { type RunEvents, ShareRun } from "./share-run.ts";
import { Watch } from "./watch.ts";

/** What ownership and the run under it tell their share. */
export interface OwnershipEvents extends RunEvents {
  /** Another tab runs the share from now on. */
  followed(): void;
}

/** Performs the lifecycle of one share in this tab: holds its lock and its run, or waits for them. */
export class Ownership {
  readonly #core: Core;
  readonly #model: ShareModel;
  readonly #events: OwnershipEvents;
  readonly #life = new Lifecycle();
  readonly #runner: Runner<LifecycleInput, LifecycleEffect>;
  readonly #answered = new Watch();
  #lock: HeldLock | null = null;
  #waiting: AbortController | null = null;
  #run: ShareRun | null = null;
  /** Starts and stops of the run, one after another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(core: Core, model: ShareModel, events: OwnershipEvents) {
    this.#core = core;
    this.#model = model;
    this.#events = events;
    this.#runner = new Runner(this.#life, (effect) => this.#perform(effect));
  }

  /** Null unless the share takes part in the swarm from this tab. */
  get run(): ShareRun | null {
    return this.#run;
  }

  get isPreparing(): boolean {
    return this.#life.phase === "preparing";
  }

  get isRunning(): boolean {
    return this.#life.phase === "running";
  }

  get isElsewhere(): boolean {
    return this.#life.isElsewhere;
  }

  get hasEnded(): boolean {
    return this.#life.phase === "ended";
  }

  /** Resolves once the share runs here or is known to run elsewhere. */
  start(): Promise<void> {
    return this.#settled("start");
  }

  /** Resolves once the share runs here, or could not be taken. */
  useHere(): Promise<void> {
    return this.#settled("use-here");
  }

  /** Another tab wants to run the share. */
  yield(): void {
    this.#input("yield");
  }

  /** Stops for good; the lock is kept until `releaseLock`, so that no other tab goes on with what is being deleted. */
  async end(): Promise<void> {
    this.#input("end");
    await this.#turn;
  }

  releaseLock(): void {
    this.#lock?.release();
    this.#lock = null;
  }

  /** The share's sources changed: takes part anew, if it runs here. */
  async restart(): Promise<void> {
    if (!this.isRunning) return;
    this.#inTurn(async () => {
      await this.#run?.stop();
      await this.#startRun();
    });
    await this.#turn;
  }

  async #settled(input: LifecycleInput): Promise<void> {
    this.#input(input);
    await this.#answered.until(() => !this.#life.isChanging);
    await this.#turn;
  }

  #input(input: LifecycleInput): void {
    this.#runner.dispatch(input);
    this.#answered.touch();
    this.#events.changed();
  }

  #perform(effect: LifecycleEffect): void {
    const { tabs } = this.#core;
    switch (effect) {
      case "try-lock":
        return this.#answerWith(tabs.tryHold(this.#model.root));
      case "take-over":
        return this.#answerWith(tabs.takeOver(this.#model.id, this.#model.root));
      case "wait-for-lock":
        return this.#wait();
      case "stop-waiting":
        return this.#waiting?.abort();
      case "release-lock":
        return this.releaseLock();
      case "run":
        return this.#inTurn(() => this.#startRun());
      case "stop":
        return this.#inTurn(() => this.#stopRun());
      case "say-yielded":
        return this.#inTurn(async () => tabs.post({ type: "yielded", id: this.#model.id }));
      case "follow":
        return this.#events.followed();
    }
  }

  #answerWith(answer: Promise<HeldLock | null>): void {
    void answer.then((lock) => (lock ? this.#locked(lock) : this.#input("refused")));
  }

  /** Null comes only of `stop-waiting`, and is no answer. */
  #wait(): void {
    this.#waiting = new AbortController();
    void this.#core.tabs.waitToHold(this.#model.root, this.#waiting.signal).then((lock) => lock && this.#locked(lock));
  }

  #locked(lock: HeldLock): void {
    this.#lock = lock;
    void lock.lost.then(() => this.#lost(lock));
    this.#input("locked");
  }

  #lost(lock: HeldLock): void {
    if (this.#lock !== lock) return;
    this.#lock = null;
    this.#input("lost");
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      if (!this.hasEnded) this.#events.problem(error instanceof Error ? error.message : String(error), false);
    });
  }

  async #startRun(): Promise<void> {
    await this.#attachGranted();
    if (!this.isRunning) return;
    this.#run = new ShareRun(this.#core, this.#model, this.#events);
    await this.#run.start();
    if (!this.#model.isListed) this.#run.listCatalogIfHere();
    this.#events.changed();
  }

  async #stopRun(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.stop();
    await this.#model.save();
    this.#events.changed();
  }

  /** Files whose handles the browser still lets us read need no click. */
  async #attachGranted(): Promise<void> {
    const { content, data } = this.#model;
    if (!content || !this.#model.needsFiles) return;
    try {
      const tree = await grantedSources(data.handles, this.#model.files, "granted");
      if (tree) attachSources(content, this.#model.files, tree);
    } catch {
      // A file changed or is gone: the share says that it needs its files.
    }
  }
}
