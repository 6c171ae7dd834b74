import { sha256 } from "@noble/hashes/sha2.js";
import {
  concat,
  decodeRecordAnswer,
  decodeRecordQuestion,
  encodeRecordAnswer,
  encodeRecordQuestion,
  equalBytes,
  type NodeId,
  nodeIdOf,
  type OverlayKey,
  type OverlayRecord,
  type RecordAnswer,
  type RecordQuestion,
  type RecordType,
  recordSignedPayload,
  type SignedRecord,
  type Unsigned,
} from "@starling/protocol";
import { EventQueue, Random } from "@starling/sim";
import type { DhtEffect } from "../src/effects.ts";
import type { RecordsPolicy } from "../src/records/policy.ts";
import { SAFE_POLICY } from "../src/records/policy.ts";
import { type RecordCommand, Records } from "../src/records/records.ts";
import type { Reached, Routes } from "../src/records/routes.ts";

const HOP_MS = 20;
const QUERY_WAIT = 1500;
const EPOCH = 1.7e12;

export type Outcome = Extract<DhtEffect, { type: "result" }>;
type Unnumbered<Command> = Command extends unknown ? Omit<Command, "op"> : never;
export type Wish = Unnumbered<RecordCommand>;

/** Stands in for Ed25519: as long, bound to key and payload, and cheap. */
export function fakeSignature(publicKey: Uint8Array, payload: Uint8Array): Uint8Array {
  const half = sha256(concat(publicKey, payload));
  return concat(half, half);
}

export function signed<Fields extends Unsigned<SignedRecord>>(fields: Fields): Fields & { signature: Uint8Array } {
  return { ...fields, signature: fakeSignature(fields.publicKey, recordSignedPayload(fields)) };
}

/** Nearest first, by the first 32 bits: enough to tell some dozens of random ids apart. */
export function nearestOf<Item>(key: OverlayKey, items: readonly Item[], idOf: (item: Item) => string): Item[] {
  const head = Number.parseInt(key.slice(0, 8), 16);
  const keyed = items.map((item) => ({ item, far: (Number.parseInt(idOf(item).slice(0, 8), 16) ^ head) >>> 0 }));
  return keyed.sort((a, b) => a.far - b.far).map(({ item }) => item);
}

/** One node of a ring: real records over routes that know everybody. */
export class RingNode {
  readonly publicKey: Uint8Array;
  readonly id: NodeId;
  readonly effects: DhtEffect[] = [];
  readonly records: Records;
  alive = true;
  /** Answers nothing, though look-ups still name it. */
  silent = false;
  /** What a faulty holder answers instead; null: as usual. */
  tamper: ((question: RecordQuestion, answer: RecordAnswer) => RecordAnswer) | null = null;

  constructor(ring: Ring, publicKey: Uint8Array) {
    this.publicKey = publicKey;
    this.id = nodeIdOf(publicKey);
    const routes: Routes = {
      nearest: (key, count) => ring.nearest(key, count).map((node) => node.id),
      siblings: () => ring.siblingsOf(this),
      lookup: (key, count, done) => ring.queue.after(4 * HOP_MS, () => done(ring.nearest(key, count).map(reached))),
      ask: (node, _key, body, done) => ring.ask(this, node.id, body, done),
      askNearest: (key, body, done) => {
        const [first] = ring.nearest(key, 1);
        if (first === undefined) ring.queue.after(HOP_MS, () => done(null));
        else ring.ask(this, first.id, body, done);
      },
      tell: (sibling, body) => ring.tell(this, sibling, body),
    };
    this.records = new Records(
      {
        self: this.id,
        publicKey,
        random: (length) => ring.random.bytes(length),
        routes,
        now: () => ring.queue.now,
        emit: (effect) => this.effects.push(effect),
        sign: (payload, done) => ring.queue.after(1, () => done(fakeSignature(publicKey, payload))),
        verify: (key, payload, signature, done) => {
          ring.verified++;
          ring.queue.after(1, () => done(equalBytes(signature, fakeSignature(key, payload))));
        },
        linked: () => false,
      },
      ring.policy,
    );
    this.records.clock(EPOCH + ring.queue.now, EPOCH + ring.queue.now);
  }
}

/** Some nodes, an oracle of who is nearest, and a network with a delay. */
export class Ring {
  readonly queue = new EventQueue();
  readonly random: Random;
  readonly policy: RecordsPolicy;
  readonly nodes: RingNode[] = [];
  verified = 0;
  told = 0;
  #op = 0;
  #stranger = 0;

  constructor(count: number, options: { readonly seed?: number; readonly policy?: Partial<RecordsPolicy> } = {}) {
    this.random = new Random(options.seed ?? 1);
    this.policy = { ...SAFE_POLICY, ...options.policy };
    for (let i = 0; i < count; i++) this.nodes.push(new RingNode(this, this.random.bytes(32)));
    for (const node of this.nodes) node.records.siblingsChanged();
    this.run(1000);
  }

  get live(): RingNode[] {
    return this.nodes.filter((node) => node.alive);
  }

  node(index: number): RingNode {
    const node = this.live[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  nearest(key: OverlayKey, count: number): RingNode[] {
    return nearestOf(key, this.live, (node) => node.id).slice(0, count);
  }

  siblingsOf(node: RingNode): NodeId[] {
    const others = nearestOf(node.id, this.live, (other) => other.id).filter((other) => other !== node);
    return others.slice(0, 8).map((other) => other.id);
  }

  join(): RingNode {
    const node = new RingNode(this, this.random.bytes(32));
    this.#changing(() => this.nodes.push(node));
    node.records.siblingsChanged();
    return node;
  }

  /** @param noticed whether the others' routing tables know. */
  kill(node: RingNode, noticed = true): void {
    if (!noticed) node.silent = true;
    else this.#changing(() => (node.alive = false));
  }

  run(ms: number): void {
    const end = this.queue.now + ms;
    while (this.queue.now < end) {
      const next = Math.min(end, this.queue.now + 1000);
      while (this.queue.step(next));
      this.queue.advance(next);
      for (const node of this.live) node.records.tick();
    }
  }

  start(node: RingNode, wish: Wish): number {
    const op = ++this.#op;
    node.records.command({ ...wish, op } as RecordCommand);
    return op;
  }

  /** Runs until the operation ended. */
  do(node: RingNode, wish: Wish): Outcome {
    const op = this.start(node, wish);
    for (let i = 0; i < 60; i++) {
      const found = this.outcome(node, op);
      if (found !== undefined) return found;
      this.run(500);
    }
    throw new Error(`${wish.type} did not end`);
  }

  outcome(node: RingNode, op: number): Outcome | undefined {
    return node.effects.find((effect): effect is Outcome => effect.type === "result" && effect.op === op);
  }

  /** What a holder gives to a stranger whom it never met, so that no allowance is spent. */
  heldBy(node: RingNode, key: OverlayKey, type: RecordType): readonly OverlayRecord[] {
    const answer = this.question(node, { type: "get", key, record: type, cursor: null });
    return answer?.type === "records" ? answer.records : [];
  }

  /** Puts a question as a new stranger, or as `from`; what is answered within a second. */
  question(node: RingNode, question: RecordQuestion, from: NodeId = this.stranger()): RecordAnswer | null {
    let answer: RecordAnswer | null = null;
    node.records.question(from, from, encodeRecordQuestion(question), (body) => {
      answer = decodeRecordAnswer(body);
    });
    if (answer === null) this.run(1000);
    return answer;
  }

  /** Stores at one holder alone, with a token that a stranger fetches. */
  plant(node: RingNode, record: OverlayRecord, key: OverlayKey): RecordAnswer | null {
    const from = this.stranger();
    const token = this.question(node, { type: "token", key }, from);
    if (token?.type !== "token") return token;
    return this.question(node, { type: "put", record, token: token.token }, from);
  }

  stranger(): NodeId {
    return nodeIdOf(Uint8Array.of(...this.random.bytes(28), 0, 0, this.#stranger >> 8, this.#stranger++ & 0xff));
  }

  ask(from: RingNode, to: NodeId, body: Uint8Array, done: (answer: Uint8Array | null) => void): void {
    const node = this.nodes.find((each) => each.id === to);
    let settled = false;
    const settle = (answer: Uint8Array | null): void => {
      if (settled) return;
      settled = true;
      done(answer);
    };
    this.queue.after(QUERY_WAIT, () => settle(null));
    this.queue.after(HOP_MS, () => {
      if (node === undefined || !node.alive || node.silent) return;
      node.records.question(from.id, from.id, body, (answer) =>
        this.queue.after(HOP_MS, () => settle(tampered(node, body, answer))),
      );
    });
  }

  tell(from: RingNode, to: NodeId, body: Uint8Array): void {
    const node = this.nodes.find((each) => each.id === to);
    this.told++;
    this.queue.after(HOP_MS, () => {
      if (node?.alive && !node.silent && from.alive) node.records.sync(from.id, body);
    });
  }

  #changing(change: () => void): void {
    const before = this.live.map((node) => ({ node, siblings: this.siblingsOf(node).join() }));
    change();
    for (const { node, siblings } of before) {
      if (node.alive && this.siblingsOf(node).join() !== siblings) node.records.siblingsChanged();
    }
  }
}

function tampered(node: RingNode, body: Uint8Array, answer: Uint8Array): Uint8Array {
  if (node.tamper === null) return answer;
  const question = decodeRecordQuestion(body);
  const given = decodeRecordAnswer(answer);
  return question === null || given === null ? answer : encodeRecordAnswer(node.tamper(question, given));
}

function reached(node: RingNode): Reached {
  return { id: node.id, publicKey: node.publicKey, first: node.id, path: [1] };
}
