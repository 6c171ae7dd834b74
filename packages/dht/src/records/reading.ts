import type { OverlayKey, RecordAnswer, RecordType } from "@starling/protocol";
import type { Asker } from "./asker.ts";
import type { RecordsContext } from "./context.ts";
import { MAX_PAGES } from "./limits.ts";
import type { Reached } from "./routes.ts";
import type { Verifier } from "./verifier.ts";
import { merge, type Standing, type Version, versionOf } from "./versions.ts";

/** What one holder answered: only records that hold what they claim. */
export interface Answer {
  readonly node: Reached;
  readonly versions: readonly Version[];
  /** Whether these are all that it holds of the type under the key. */
  readonly complete: boolean;
  /** To store at this holder; null: it does not want the key. */
  readonly token: Uint8Array | null;
}

export interface ReadingOptions {
  readonly key: OverlayKey;
  readonly type: RecordType;
  /** Nearest first. */
  readonly nodes: readonly Reached[];
  /** Answers that are enough, if one of them holds anything; else all are asked. */
  readonly quorum: number;
  /** Whether to take all pages of a holder, or the first. */
  readonly allPages: boolean;
  /** Each new record once, as it proves itself. */
  onVersion?(version: Version): void;
  /** Ends the reading early. */
  isEnough?(): boolean;
}

export interface Readers {
  readonly ctx: RecordsContext;
  readonly asker: Asker;
  readonly verifier: Verifier;
}

/**
 * Reads a key at several holders: as many at once as answers are wanted, another for each that does not answer. Ends
 * with the answers, never with what is unproved: every record is verified before it counts.
 */
export function read(readers: Readers, options: ReadingOptions, done: (answers: readonly Answer[]) => void): void {
  new Reading(readers, options, done).proceed();
}

class Reading {
  readonly #readers: Readers;
  readonly #options: ReadingOptions;
  readonly #done: (answers: readonly Answer[]) => void;
  readonly #answers: Answer[] = [];
  readonly #seen = new Set<string>();
  #wanted: number;
  #next = 0;
  #pending = 0;
  #ended = false;

  constructor(readers: Readers, options: ReadingOptions, done: (answers: readonly Answer[]) => void) {
    this.#readers = readers;
    this.#options = options;
    this.#done = done;
    this.#wanted = options.quorum;
  }

  proceed(): void {
    if (this.#ended) return;
    // Answers may come within the asking: then the reading went on, and perhaps ended, in there.
    while (!this.#ended && this.#answers.length + this.#pending < this.#wanted && this.#askNext());
    if (this.#ended) return;
    if (this.#pending > 0 && this.#options.isEnough?.() !== true) return;
    const nothing = this.#answers.every((answer) => answer.versions.length === 0);
    if (nothing && this.#pending === 0 && this.#next < this.#options.nodes.length) {
      this.#wanted = Infinity;
      return this.proceed();
    }
    this.#ended = true;
    this.#done(this.#answers);
  }

  #askNext(): boolean {
    const node = this.#options.nodes[this.#next];
    if (node === undefined) return false;
    this.#next++;
    this.#pending++;
    this.#askPage(node, [], null, MAX_PAGES);
    return true;
  }

  #askPage(node: Reached, before: readonly Version[], cursor: Uint8Array | null, pagesLeft: number): void {
    const { key, type, allPages } = this.#options;
    this.#readers.asker.ask(node, key, { type: "get", key, record: type, cursor }, (answer) => {
      if (answer?.type !== "records") return this.#settle(before.length === 0 ? null : this.#partial(node, before));
      this.#check(node, answer, (versions) => {
        const all = [...before, ...versions];
        const { next, token } = answer;
        if (next !== null && allPages && pagesLeft > 1) return this.#askPage(node, all, next, pagesLeft - 1);
        this.#settle({ node, versions: all, complete: next === null, token });
      });
    });
  }

  #partial(node: Reached, versions: readonly Version[]): Answer {
    return { node, versions, complete: false, token: null };
  }

  #check(
    node: Reached,
    { records }: Extract<RecordAnswer, { type: "records" }>,
    done: (good: Version[]) => void,
  ): void {
    const { ctx, verifier } = this.#readers;
    const { key, type } = this.#options;
    const claimed = records.filter((record) => record.type === type && ctx.lifeOf(record) !== null).map(versionOf);
    const here = claimed.filter((version) => version.key === key);
    const good: Version[] = [];
    let left = here.length;
    if (left === 0) return done(good);
    for (const version of here) {
      verifier.record(version, (ok) => {
        if (ok) good.push(version);
        // A relay may have changed the record; only a neighbour answers for what it sends.
        else if (node.path.length === 0 && node.id !== ctx.self) ctx.badSignature(node.id);
        if (ok) this.#report(version);
        if (--left === 0) done(good);
      });
    }
  }

  #report(version: Version): void {
    if (this.#ended || this.#seen.has(version.id)) return;
    this.#seen.add(version.id);
    this.#options.onVersion?.(version);
  }

  #settle(answer: Answer | null): void {
    this.#pending--;
    if (answer !== null && !this.#ended) this.#answers.push(answer);
    this.proceed();
  }
}

/** What stands in each slot by all answers together. */
export function standings(answers: readonly Answer[]): Map<string, Standing> {
  const slots = new Map<string, Standing>();
  for (const { versions } of answers) {
    for (const version of versions) slots.set(version.slot, merge(slots.get(version.slot) ?? [], version));
  }
  return slots;
}

/** Read repair: stores what stands at those that answered without it (Cassandra, Dynamo). */
export function repair({ ctx, asker }: Readers, key: OverlayKey, answers: readonly Answer[]): void {
  if (!ctx.policy.readRepair) return;
  const standing = [...standings(answers).values()].flat();
  for (const { node, versions, complete, token } of answers) {
    if (!complete || token === null) continue;
    const held = new Set(versions.map((version) => version.id));
    for (const { id, record } of standing) {
      if (!held.has(id)) asker.ask(node, key, { type: "put", record, token }, () => {});
    }
  }
}
