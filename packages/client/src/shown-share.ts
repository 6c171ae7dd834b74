import { formatLink, type NodeId } from "@starling/protocol";
import type { FileInfo, Peer, Progress, ShareState, SpeedLimits } from "./api.ts";
import type { Choice } from "./choice.ts";
import type { Core } from "./core.ts";
import type { Following } from "./following.ts";
import type { Ownership } from "./ownership.ts";
import { hasSource, peersOf } from "./peers.ts";
import { type Preparation, progressOf } from "./progress.ts";
import type { StoredShare } from "./record.ts";
import { ShareModel } from "./share-model.ts";
import { statusOf } from "./status.ts";
import { Trouble } from "./trouble.ts";

/** What a share shows of itself in the scripting API, wherever it runs. What can be done with it: `LiveShare`. */
export abstract class ShownShare {
  readonly id: string;
  readonly model: ShareModel;
  preparation: Preparation | null;
  protected readonly core: Core;
  protected readonly trouble = new Trouble();
  protected abstract readonly owner: Ownership;
  protected abstract readonly following: Following;
  protected abstract readonly choice: Choice;

  constructor(core: Core, stored: StoredShare, preparation: Preparation | null) {
    this.id = stored.id;
    this.model = new ShareModel(stored.id, stored.data, core.store);
    this.core = core;
    this.preparation = preparation;
  }

  get link(): string | null {
    const { root, secret, mine, hints } = this.model.data;
    if (root === null) return null;
    const likely: readonly NodeId[] = mine ? [this.core.nodeId, ...hints] : [...hints.slice(0, 2), this.core.nodeId];
    return formatLink(this.core.origin, { root, secret, hints: [...new Set(likely)].slice(0, 3) });
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
    return this.trouble.sentence ?? (this.#isDamaged ? DAMAGED : null);
  }

  get state(): ShareState {
    if (this.owner.isPreparing) return this.preparation ? "preparing" : "needs-files";
    if (this.trouble.fatal !== null) return "failed";
    if (this.owner.isElsewhere) return "elsewhere";
    if (this.model.needsFiles) return "needs-files";
    if (this.model.data.paused || this.trouble.isOutOfRoom) return "paused";
    if (this.mine) return "seeding";
    return this.#fetchingState();
  }

  get status(): string {
    const peers = this.peers;
    return statusOf({
      state: this.state,
      error: this.error,
      mine: this.mine,
      isReachable: this.core.network.isReachable,
      peers: peers.length,
      sending: peers.filter(({ activity }) => activity === "sending" || activity === "both").length,
      listed: this.model.isListed,
      locked: this.model.isLocked,
      noRoom: this.model.data.noRoom,
    });
  }

  get progress(): Progress {
    return this.following.progress ?? progressOf(this.core, this.model, this.owner.run, this.preparation);
  }

  get selection(): readonly string[] {
    return this.choice.paths;
  }

  get limits(): SpeedLimits {
    return this.model.data.limits;
  }

  get peers(): readonly Peer[] {
    return this.owner.run ? peersOf(this.core, this.model.root) : [];
  }

  fileProgress(path: string): number {
    const { selection } = this.model;
    return selection?.fileVerified(selection.fileIndex(path)) ?? 0;
  }

  /** Pieces of a share made here are gone from the store, or were found damaged when a peer asked for them. */
  get #isDamaged(): boolean {
    const { data, selection } = this.model;
    return data.mine && data.keep === "store" && this.owner.run?.takesPart === true && selection?.isComplete === false;
  }

  #fetchingState(): ShareState {
    const { selection } = this.model;
    if (!selection) return "waiting";
    if (this.model.wantsNothing) return "idle";
    if (selection.isComplete) return "complete";
    return hasSource(this.core, this.model.root) ? "downloading" : "waiting";
  }
}

const DAMAGED =
  "A part of these files is damaged or gone in this browser's storage. It is fetched again from others who have it; if nobody has, share the files again.";
