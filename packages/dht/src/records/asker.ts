import {
  decoded,
  decodeRecordAnswer,
  encodeRecordQuestion,
  type OverlayKey,
  type RecordAnswer,
  type RecordQuestion,
} from "@starling/protocol";
import type { RecordsContext } from "./context.ts";
import type { Holder } from "./holder.ts";
import type { Reached, RecordBody } from "./routes.ts";

export type Answered = (answer: RecordAnswer | null) => void;

/** Puts questions to holders, this node among them; an answer that breaks the format is none. */
export class Asker {
  readonly #ctx: RecordsContext;
  readonly #holder: Holder;

  constructor(ctx: RecordsContext, holder: Holder) {
    this.#ctx = ctx;
    this.#holder = holder;
  }

  ask(node: Reached, key: OverlayKey, question: RecordQuestion, done: Answered): void {
    if (node.id === this.#ctx.self) return this.#holder.answer({ from: this.#ctx.self, link: null }, question, done);
    this.#ctx.routes.ask(node, key, encodeRecordQuestion(question), (body) => done(answerOf(body)));
  }

  /** Whoever greedy routing finds nearest the key; with `exact` only the node of that id. */
  askNearest(key: OverlayKey, question: RecordQuestion, done: Answered, exact = false): void {
    this.#ctx.routes.askNearest(key, encodeRecordQuestion(question), (body) => done(answerOf(body)), exact);
  }
}

function answerOf(body: RecordBody | null): RecordAnswer | null {
  return body === null ? null : decoded(() => decodeRecordAnswer(body));
}
