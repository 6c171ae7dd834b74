import {
  MAX_MESSAGE_BYTES,
  MAX_NAME_BYTES,
  MESSAGE_ID_BYTES,
  messagePayload,
  type NodeId,
  nodeIdOf,
  type OverlayKey,
  type RecordAnswer,
  type SignedMessage,
  toHex,
  topicKey,
  utf8,
} from "@starling/protocol";
import type { OperationId } from "../inputs.ts";
import { type Client, failureOf } from "./client.ts";
import type { Asked } from "./holder.ts";
import { MAX_DELIVERING, MAX_MESSAGE_IDS, MAX_TRIED, MESSAGE_LIFE, READ_QUORUM } from "./limits.ts";
import type { OwnRecords } from "./own-records.ts";
import { announce } from "./presence.ts";
import { read, standings } from "./reading.ts";
import { Recent } from "./recent.ts";
import { isRemoved } from "./versions.ts";

/**
 * Topics: subscribers are records under the topic's key; whoever publishes reads them and sends to each, so that no
 * holder can be made to multiply messages.
 */
export class Topics {
  readonly #client: Client;
  readonly #own: OwnRecords;
  /** Names of the topics that this node subscribes to, by key. */
  readonly #names = new Map<OverlayKey, string>();
  /** Messages that were taken, by sender and id. */
  readonly #taken = new Recent<true>(2 * MESSAGE_LIFE, MAX_MESSAGE_IDS);

  constructor(client: Client, own: OwnRecords) {
    this.#client = client;
    this.#own = own;
  }

  get size(): number {
    return this.#names.size;
  }

  /** The wish stands, and is tried again, even if the first try finds no holders. */
  subscribe(op: OperationId, topic: string): void {
    if (!this.#isName(op, topic)) return;
    this.#names.set(topicKey(topic), topic);
    this.#announce(op, topic, false);
  }

  unsubscribe(op: OperationId, topic: string): void {
    if (!this.#isName(op, topic)) return;
    this.#names.delete(topicKey(topic));
    this.#announce(op, topic, true);
  }

  /** To every subscriber but this node. */
  publish(op: OperationId, topic: string, payload: Uint8Array): void {
    this.#prepare(op, topic, payload, true, (message, subscribers) => {
      this.#deliverAll(subscribers, message, (reached) => {
        if (reached === 0) this.#client.fail(op, "no-subscriber");
        else this.#client.succeed(op, { type: "published", subscribers: reached });
      });
    });
  }

  /** To one subscriber, drawn at random; the next if it does not answer. */
  anycast(op: OperationId, topic: string, payload: Uint8Array): void {
    this.#prepare(op, topic, payload, false, (message, subscribers) => {
      const tryNext = (at: number): void => {
        const subscriber = subscribers[at];
        if (subscriber === undefined || at >= MAX_TRIED) return this.#client.fail(op, "no-subscriber");
        this.#deliver(subscriber, message, (ok) => {
          if (ok) this.#client.succeed(op, { type: "delivered", to: subscriber });
          else tryNext(at + 1);
        });
      };
      tryNext(0);
    });
  }

  /** A topic's message reached this node: `done` hears whether it subscribes and took it, now or before. */
  receive(message: SignedMessage, { from, link }: Asked, done: (count: number) => void): void {
    const { ctx, verifier } = this.#client;
    const topic = message.scope === "topic" ? this.#names.get(message.to) : undefined;
    const off = Math.abs(ctx.clock.wall(ctx.now) - message.time);
    if (topic === undefined || off > MESSAGE_LIFE) return done(0);
    const sender = nodeIdOf(message.publicKey);
    const name = `${sender}${message.id}`;
    if (this.#taken.get(name, ctx.now) === true) return done(1);
    verifier.message(message, (ok) => {
      if (!ok) {
        if (link !== null && link === from && from === sender) ctx.badSignature(link);
        return done(0);
      }
      const repeated = this.#taken.get(name, ctx.now) === true;
      this.#taken.set(name, true, ctx.now);
      if (!repeated) ctx.host.emit({ type: "topic-message", from: sender, topic, payload: message.payload });
      done(1);
    });
  }

  #isName(op: OperationId, topic: string): boolean {
    if (utf8(topic).length <= MAX_NAME_BYTES) return true;
    this.#client.fail(op, "too-large");
    return false;
  }

  #announce(op: OperationId, topic: string, removed: boolean): void {
    const presence = { type: "topic" as const, key: topicKey(topic), removed };
    announce(this.#client, this.#own, presence, (_record, written) => {
      const failure = failureOf(written);
      if (failure !== null) this.#client.fail(op, failure.failure, failure.detail);
      else this.#client.succeed(op, { type: removed ? "unsubscribed" : "subscribed" });
    });
  }

  /** Signs the message and finds who subscribes, in random order. */
  #prepare(
    op: OperationId,
    topic: string,
    payload: Uint8Array,
    all: boolean,
    ready: (message: SignedMessage, subscribers: readonly NodeId[]) => void,
  ): void {
    if (!this.#isName(op, topic)) return;
    if (payload.length > MAX_MESSAGE_BYTES) return this.#client.fail(op, "too-large");
    this.#subscribers(op, topicKey(topic), all, (subscribers) => {
      if (subscribers.length === 0) return this.#client.fail(op, "no-subscriber");
      this.#sign(topicKey(topic), payload, (message) => ready(message, subscribers));
    });
  }

  #subscribers(op: OperationId, key: OverlayKey, all: boolean, done: (subscribers: readonly NodeId[]) => void): void {
    const { ctx } = this.#client;
    this.#client.locate(op, key, (nodes) => {
      read(this.#client, { key, type: "topic", nodes, quorum: READ_QUORUM, allPages: all }, (answers) => {
        if (answers.length === 0) return this.#client.fail(op, "unreachable");
        const subscribers: NodeId[] = [];
        for (const [version] of standings(answers).values()) {
          if (version === undefined || version.publisher === null || isRemoved(version.record)) continue;
          if (version.publisher !== ctx.self) subscribers.push(version.publisher);
        }
        done(ctx.shuffled(subscribers));
      });
    });
  }

  #sign(to: OverlayKey, payload: Uint8Array, done: (message: SignedMessage) => void): void {
    const { ctx } = this.#client;
    const fields = {
      scope: "topic" as const,
      to,
      publicKey: ctx.host.publicKey,
      id: toHex(ctx.host.random(MESSAGE_ID_BYTES)),
      time: Math.max(0, Math.floor(ctx.clock.wall(ctx.now))),
      payload,
    };
    ctx.host.sign(messagePayload(fields), (signature) => done({ ...fields, signature }));
  }

  /** A few at a time. */
  #deliverAll(subscribers: readonly NodeId[], message: SignedMessage, done: (reached: number) => void): void {
    const waiting = [...subscribers];
    let left = subscribers.length;
    let reached = 0;
    const deliverNext = (): void => {
      const to = waiting.pop();
      if (to === undefined) return;
      this.#deliver(to, message, (ok) => {
        if (ok) reached++;
        if (--left === 0) done(reached);
        else deliverNext();
      });
    };
    for (let i = 0; i < MAX_DELIVERING; i++) deliverNext();
  }

  #deliver(to: NodeId, message: SignedMessage, done: (ok: boolean) => void): void {
    const { asker, ctx } = this.#client;
    const question = { type: "deliver", message } as const;
    const taken = (answer: RecordAnswer | null): boolean => answer?.type === "delivered" && answer.count > 0;
    const search = (): void =>
      ctx.routes.lookup(to, 1, ([node]) => {
        if (node?.id !== to) return done(false);
        asker.ask(node, to, question, (answer) => done(taken(answer)));
      });
    asker.askNearest(to, question, (answer) => (taken(answer) ? done(true) : search()), true);
  }
}
