import type { NodeId, OverlayRecord, RecordAnswer, StoreStatus } from "@starling/protocol";
import { recordKey } from "@starling/protocol";
import type { Asker } from "./asker.ts";
import type { RecordsContext } from "./context.ts";
import { READ_QUORUM, REPLICAS, WIDE_LOOKUP, WRITE_QUORUM } from "./limits.ts";
import type { Reached } from "./routes.ts";

/** How a put went. */
export interface Written {
  /** Holders that have the record. */
  readonly holders: number;
  /** Whether so many have it that every strong read meets one. */
  readonly enough: boolean;
  /** Nodes that answered at all. */
  readonly answered: number;
  /** Refusals, by their reason, with the highest number that stands at those who gave it. */
  readonly refusals: ReadonlyMap<StoreStatus, number | null>;
}

export interface WritingOptions {
  readonly record: OverlayRecord;
  /** Compare-and-swap; undefined: store whatever stands. */
  readonly expected: number | null | undefined;
  /** The nearest of a look-up. */
  readonly nodes: readonly Reached[];
  /** Tokens that were fetched already. */
  readonly tokens: ReadonlyMap<NodeId, Uint8Array>;
}

/**
 * Stores a record at the R nearest nodes that answer; done once W have it, or all were asked. A node that does not
 * answer is replaced by the next nearest, so that the R are those which a reader meets.
 */
export function write(
  ctx: RecordsContext,
  asker: Asker,
  options: WritingOptions,
  done: (result: Written) => void,
): void {
  new Writing(ctx, asker, options, done).start();
}

/**
 * Of `answered` nodes nearest the key, how many must hold a record so that any {@link READ_QUORUM} of them meet it; at
 * most W. For all R it is W.
 */
export function needed(answered: number): number {
  return Math.min(WRITE_QUORUM, Math.max(1, answered - READ_QUORUM + 1));
}

class Writing {
  readonly #ctx: RecordsContext;
  readonly #asker: Asker;
  readonly #options: WritingOptions;
  readonly #done: (result: Written) => void;
  readonly #asked = new Set<NodeId>();
  readonly #refusals = new Map<StoreStatus, number | null>();
  #holders = 0;
  #answered = 0;
  #pending = 0;
  #widened = false;
  #ended = false;

  constructor(ctx: RecordsContext, asker: Asker, options: WritingOptions, done: (result: Written) => void) {
    this.#ctx = ctx;
    this.#asker = asker;
    this.#options = options;
    this.#done = done;
  }

  start(): void {
    this.#storeAt(this.#options.nodes);
  }

  #storeAt(nodes: readonly Reached[]): void {
    const fresh = nodes.filter((node) => !this.#asked.has(node.id)).slice(0, REPLICAS - this.#answered);
    this.#pending += fresh.length;
    for (const node of fresh) this.#asked.add(node.id);
    for (const node of fresh) {
      const token = this.#options.tokens.get(node.id);
      if (token === undefined) this.#fetchToken(node);
      else this.#put(node, token, true);
    }
    this.#proceed();
  }

  #fetchToken(node: Reached): void {
    const key = recordKey(this.#options.record);
    this.#asker.ask(node, key, { type: "token", key }, (answer) => {
      if (answer?.type === "token") this.#put(node, answer.token, false);
      else this.#settle(answer);
    });
  }

  #put(node: Reached, token: Uint8Array, mayRetry: boolean): void {
    const { record, expected } = this.#options;
    const question = { type: "put", record, token, ...(expected === undefined ? {} : { expected }) } as const;
    this.#asker.ask(node, recordKey(record), question, (answer) => {
      if (mayRetry && answer?.type === "stored" && answer.status === "bad-token") this.#fetchToken(node);
      else this.#settle(answer);
    });
  }

  #settle(answer: RecordAnswer | null): void {
    this.#pending--;
    if (answer?.type === "stored") {
      this.#answered++;
      if (answer.status === "stored") this.#holders++;
      else this.#refused(answer.status, answer.seq);
    }
    this.#proceed();
  }

  #refused(status: StoreStatus, seq: number | null): void {
    const known = this.#refusals.get(status) ?? null;
    this.#refusals.set(status, seq === null ? known : Math.max(seq, known ?? 0));
  }

  #proceed(): void {
    if (this.#ended) return;
    if (this.#holders >= WRITE_QUORUM) return this.#end();
    if (this.#pending > 0) return;
    const silent = this.#asked.size > this.#answered;
    if (!silent || this.#answered >= REPLICAS || this.#widened) return this.#end();
    this.#widened = true;
    this.#ctx.routes.lookup(recordKey(this.#options.record), WIDE_LOOKUP, (nodes) => this.#storeAt(nodes));
  }

  #end(): void {
    this.#ended = true;
    const holders = this.#holders;
    const enough = holders > 0 && holders >= needed(this.#answered);
    this.#done({ holders, enough, answered: this.#answered, refusals: this.#refusals });
  }
}
