import { sha256 } from "@noble/hashes/sha2.js";
import {
  DecodeError,
  decodeRecordQuestion,
  encodeRecordAnswer,
  type NodeId,
  type OverlayKey,
  type RecordAnswer,
  type RecordQuestion,
  type StoreStatus,
  toHex,
} from "@starling/protocol";
import { Allowances } from "./allowances.ts";
import type { RecordsContext } from "./context.ts";
import {
  GETS_PER_MINUTE,
  LINK_SHARE,
  MAX_REMEMBERED,
  MESSAGES_PER_MINUTE,
  PUTS_PER_MINUTE,
  REPEAT_LIFE,
} from "./limits.ts";
import { pageOf } from "./pages.ts";
import { Recent } from "./recent.ts";
import type { ReplicaSets } from "./replica-sets.ts";
import type { RecordBody } from "./routes.ts";
import type { Verifier } from "./verifier.ts";
import { standingSeq, versionOf } from "./versions.ts";
import { WriteTokens } from "./write-tokens.ts";

export type Respond = (answer: RecordAnswer) => void;
type Question<Type extends RecordQuestion["type"]> = Extract<RecordQuestion, { type: Type }>;
/** Takes a message that reached this node, and tells how many subscribers took it: 0 or 1. */
export type Receive = (message: Question<"deliver">["message"], from: Asked, done: (count: number) => void) => void;

/** Who asks, unproved; `link`: the neighbour that the question came from, null for this node itself. */
export interface Asked {
  readonly from: NodeId;
  readonly link: NodeId | null;
}

/** The node as a holder of records: what others ask of it. */
export class Holder {
  readonly #ctx: RecordsContext;
  readonly #sets: ReplicaSets;
  readonly #verifier: Verifier;
  readonly #receive: Receive;
  readonly #tokens: WriteTokens;
  readonly #allowed = {
    put: new Allowances(PUTS_PER_MINUTE),
    linkPuts: new Allowances(PUTS_PER_MINUTE * LINK_SHARE),
    get: new Allowances(GETS_PER_MINUTE),
    linkGets: new Allowances(GETS_PER_MINUTE * LINK_SHARE),
    messages: new Allowances(MESSAGES_PER_MINUTE),
  };
  /** Answers to puts and messages, by asker and content, so that a repeat changes nothing. */
  readonly #answered = new Recent<RecordAnswer>(REPEAT_LIFE, MAX_REMEMBERED);
  readonly #answering = new Map<string, Respond[]>();

  constructor(ctx: RecordsContext, sets: ReplicaSets, verifier: Verifier, receive: Receive) {
    this.#ctx = ctx;
    this.#sets = sets;
    this.#verifier = verifier;
    this.#receive = receive;
    this.#tokens = new WriteTokens(ctx.host.random);
  }

  /** A question from outside. Answered exactly once, unless it cannot be read. */
  question(asked: Asked, body: RecordBody, respond: (answer: RecordBody) => void): void {
    const question = this.#decoded(asked, body);
    if (question === null) return respond(encodeRecordAnswer(stored("invalid", null)));
    const answer: Respond = (given) => respond(encodeRecordAnswer(given));
    if (question.type === "put" || question.type === "deliver") this.#once(asked, question, body, answer);
    else this.answer(asked, question, answer);
  }

  /** A question of this node itself, or one that was let in. */
  answer(asked: Asked, question: RecordQuestion, respond: Respond): void {
    switch (question.type) {
      case "token":
        return respond(this.#token(asked, question.key));
      case "get":
        return respond(this.#get(asked, question));
      case "put":
        return this.#put(asked, question, respond);
      case "deliver":
        if (!this.#allows(asked, "messages")) return respond({ type: "delivered", count: 0 });
        return this.#receive(question.message, asked, (count) => respond({ type: "delivered", count }));
    }
  }

  #decoded(asked: Asked, body: RecordBody): RecordQuestion | null {
    try {
      return decodeRecordQuestion(body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (asked.link === asked.from) this.#ctx.breach(asked.from, "malformed-record", false);
      return null;
    }
  }

  #once(asked: Asked, question: RecordQuestion, body: RecordBody, respond: Respond): void {
    const name = `${asked.from}${toHex(sha256(body))}`;
    const known = this.#answered.get(name, this.#ctx.now);
    if (known !== undefined) return respond(known);
    const waiting = this.#answering.get(name);
    if (waiting !== undefined) {
      waiting.push(respond);
      return;
    }
    this.#answering.set(name, [respond]);
    this.answer(asked, question, (answer) => {
      const waiters = this.#answering.get(name) ?? [];
      this.#answering.delete(name);
      if (isFinal(answer)) this.#answered.set(name, answer, this.#ctx.now);
      for (const each of waiters) each(answer);
    });
  }

  #token(asked: Asked, key: OverlayKey): RecordAnswer {
    if (!this.#allows(asked, "get")) return stored("limited", null);
    if (!this.#sets.isNear(key)) return stored("not-near", null);
    const time = Math.max(0, Math.floor(this.#ctx.clock.ownWall(this.#ctx.now)));
    return { type: "token", token: this.#tokens.make(asked.from, key, this.#ctx.now), time };
  }

  #get(asked: Asked, { key, record, cursor }: Question<"get">): RecordAnswer {
    if (!this.#allows(asked, "get")) return stored("limited", null);
    const now = this.#ctx.now;
    const page = pageOf(this.#ctx, record, this.#ctx.store.under(key, record, now), cursor);
    const token = this.#sets.isNear(key) ? this.#tokens.make(asked.from, key, now) : null;
    return { type: "records", ...page, token };
  }

  #put(asked: Asked, question: Question<"put">, respond: Respond): void {
    const ctx = this.#ctx;
    const version = versionOf(question.record);
    const { key, slot } = version;
    const standing = (): number | null => standingSeq(ctx.store.standing(key, slot, ctx.now));
    const refuse = (status: StoreStatus): void => respond(stored(status, standing()));
    if (!this.#allows(asked, "put")) return refuse("limited");
    if (!this.#sets.isNear(key)) return refuse("not-near");
    if (!this.#tokens.check(question.token, asked.from, key, ctx.now)) return refuse("bad-token");
    const life = ctx.lifeOf(question.record);
    if (life === null) return refuse("invalid");
    const identity = version.publisher ?? asked.from;
    const outcome = (): StoreStatus => {
      const held = ctx.store.standing(key, slot, ctx.now);
      if (held.length === 1 && held[0]?.id === version.id) return "stored";
      return isConflict(question.expected, standingSeq(held))
        ? "conflict"
        : ctx.store.foresee(version, identity, ctx.now);
    };
    const foreseen = outcome();
    if (foreseen !== "stored" && foreseen !== "equivocation") return refuse(foreseen);
    this.#verifier.record(version, (ok) => {
      if (!ok) {
        if (asked.link === asked.from) ctx.badSignature(asked.from);
        return refuse("invalid");
      }
      // Other versions may have come while the signature was checked.
      const status = outcome();
      refuse(
        status === "stored" || status === "equivocation" ? ctx.store.add(version, identity, life, ctx.now) : status,
      );
    });
  }

  #allows({ from, link }: Asked, what: "put" | "get" | "messages"): boolean {
    if (link === null) return true;
    const now = this.#ctx.now;
    // The asker's id is not proved, so its allowance holds on this link only: nobody uses up that of another.
    if (!this.#allowed[what].take(`${link}${from}`, now)) return false;
    if (what === "messages") return true;
    return this.#allowed[what === "put" ? "linkPuts" : "linkGets"].take(link, now);
  }
}

/** Of immutable records, which count as sequence number 0, there is nothing to tell. */
function stored(status: StoreStatus, seq: number | null): RecordAnswer {
  return { type: "stored", status, seq: seq === 0 ? null : seq };
}

/** A holder that lags behind what the writer saw may be written; one that is ahead of it may not. */
function isConflict(expected: number | null | undefined, standing: number | null): boolean {
  if (expected === undefined || standing === null) return false;
  return standing > (expected ?? 0);
}

/** A refusal for want of a token or of allowance may turn out otherwise the next time. */
function isFinal(answer: RecordAnswer): boolean {
  return answer.type !== "stored" || (answer.status !== "bad-token" && answer.status !== "limited");
}
