import type { Machine } from "@starling/protocol";

/**
 * Where a share is in its life in this tab. `preparing` its link is not known yet; `starting` its lock was asked for;
 * `running` here, with the lock; `yielded` stopped for another tab, which is about to take the lock; `following` another
 * tab runs it, and we wait in line for the lock; `taking` the other tab was asked to let go; `ended` removed or closed.
 */
export type Phase = "preparing" | "starting" | "running" | "yielded" | "following" | "taking" | "ended";

export type LifecycleInput =
  /** The link is known: run, if no other tab does. */
  | "start"
  /** The lock that was tried, waited for or taken is ours. */
  | "locked"
  /** The lock that was tried or taken is not to be had. */
  | "refused"
  /** Another tab took the lock from us. */
  | "lost"
  /** Another tab wants to run the share. */
  | "yield"
  /** The user wants it to run in this tab. */
  | "use-here"
  /** Removed, or the client closes. */
  | "end";

export type LifecycleEffect =
  /** Answer with `locked` or `refused` at once. */
  | "try-lock"
  /** Stand in line; answer with `locked` once it is our turn. */
  | "wait-for-lock"
  | "stop-waiting"
  /** Ask the running tab to let go and take the lock; answer with `locked` or `refused`. */
  | "take-over"
  | "release-lock"
  /** Take part in the swarm from this tab. */
  | "run"
  /** Take part no more, and write everything down. */
  | "stop"
  /** Tell the tab that asked us to yield that everything is written. */
  | "say-yielded"
  /** Another tab runs it: show what that one does. */
  | "follow";

type Row = Partial<Record<LifecycleInput, readonly [Phase, ...LifecycleEffect[]]>>;

/** What follows from an input in each phase. What is not listed changes nothing. */
const TABLE: Record<Phase, Row> = {
  preparing: {
    start: ["starting", "try-lock"],
    end: ["ended"],
  },
  starting: {
    locked: ["running", "run"],
    refused: ["following", "follow", "wait-for-lock"],
    end: ["ended"],
  },
  running: {
    yield: ["yielded", "stop", "say-yielded"],
    lost: ["following", "stop", "follow", "wait-for-lock"],
    end: ["ended", "stop"],
  },
  yielded: {
    lost: ["following", "follow", "wait-for-lock"],
    "use-here": ["taking", "take-over"],
    end: ["ended"],
  },
  following: {
    locked: ["running", "run"],
    "use-here": ["taking", "stop-waiting", "take-over"],
    end: ["ended", "stop-waiting"],
  },
  taking: {
    locked: ["running", "run"],
    refused: ["following", "follow", "wait-for-lock"],
    end: ["ended"],
  },
  ended: {
    locked: ["ended", "release-lock"],
  },
};

/**
 * A share's life in one tab: a share runs in the one tab of a browser that holds its lock. The lock, not this machine,
 * decides who that is; locks end with their tab however it ends.
 *
 * Invariants: `run` and `stop` alternate, beginning with `run`; while `running` the lock is ours; nothing but `release-lock`
 * follows `ended`.
 */
export class Lifecycle implements Machine<LifecycleInput, LifecycleEffect> {
  #phase: Phase = "preparing";

  get phase(): Phase {
    return this.#phase;
  }

  /** Another tab of this browser runs the share, as far as is known here. */
  get isElsewhere(): boolean {
    return this.#phase === "following" || this.#phase === "taking" || this.#phase === "yielded";
  }

  /** The lock was asked for and the answer is due. */
  get isChanging(): boolean {
    return this.#phase === "starting" || this.#phase === "taking";
  }

  handle(input: LifecycleInput): readonly LifecycleEffect[] {
    const row = TABLE[this.#phase][input];
    if (!row) return [];
    const [next, ...effects] = row;
    this.#phase = next;
    return effects;
  }
}
