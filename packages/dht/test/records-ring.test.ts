import {
  decodeRecordAnswer,
  encodeRecordQuestion,
  type NodeId,
  providerKey,
  type Root,
  toHex,
  topicKey,
  utf8,
  valueKey,
} from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { type Outcome, Ring, type RingNode, signed } from "./records-ring.ts";

const ROOT = "ab".repeat(32) as Root;
const MINUTE = 60_000;

function result<Type extends string>(
  outcome: Outcome,
  type: Type,
): Extract<Outcome, { ok: true }>["result"] & { type: Type } {
  if (!outcome.ok || outcome.result.type !== type) throw new Error(JSON.stringify(outcome));
  return outcome.result as Extract<Outcome, { ok: true }>["result"] & { type: Type };
}

function failure(outcome: Outcome): string {
  return outcome.ok ? "none" : outcome.failure;
}

describe.each([1, 2, 3, 5, 12, 40])("a ring of %i", (count) => {
  it("stores and reads values of several publishers, and forgets what is removed", () => {
    const ring = new Ring(count);
    const writer = ring.node(0);
    const reader = ring.node(count - 1);
    const put = result(ring.do(writer, { type: "put", name: "greeting", value: utf8("one") }), "stored");
    expect(put.holders).toBeGreaterThanOrEqual(Math.min(count, 5));
    expect(put.seq).toBe(1);
    result(ring.do(writer, { type: "put", name: "greeting", value: utf8("two") }), "stored");
    const read = result(ring.do(reader, { type: "get", name: "greeting" }), "values");
    expect(read.values).toEqual([{ publisher: writer.id, seq: 2, value: utf8("two") }]);
    result(ring.do(writer, { type: "remove", name: "greeting" }), "stored");
    expect(failure(ring.do(reader, { type: "get", name: "greeting" }))).toBe("not-found");
    expect(failure(ring.do(writer, { type: "remove", name: "greeting" }))).toBe("not-found");
  });

  it("stores and reads immutable and mutable values", () => {
    const ring = new Ring(count);
    const writer = ring.node(0);
    const reader = ring.node(count - 1);
    const { key } = result(ring.do(writer, { type: "put-immutable", value: utf8("rock") }), "stored");
    expect(result(ring.do(reader, { type: "get-immutable", key }), "value").value).toEqual(utf8("rock"));
    const salt = utf8("s");
    const first = { type: "put-mutable", salt, value: utf8("v1"), expected: null } as const;
    expect(result(ring.do(writer, first), "stored").seq).toBe(1);
    expect(failure(ring.do(writer, first))).toBe("conflict");
    result(ring.do(writer, { type: "put-mutable", salt, value: utf8("v2"), expected: 1 }), "stored");
    const { publicKey } = writer;
    const read = result(ring.do(reader, { type: "get-mutable", publicKey, salt }), "value");
    expect([read.value, read.seq]).toEqual([utf8("v2"), 2]);
  });
});

describe.each([2, 3, 5, 12, 40])("providers and topics in a ring of %i", (count) => {
  it("finds providers until they take it back", () => {
    const ring = new Ring(count);
    const provider = ring.node(0);
    const seeker = ring.node(count - 1);
    result(ring.do(provider, { type: "provide", root: ROOT }), "stored");
    expect(result(ring.do(seeker, { type: "find-providers", root: ROOT }), "providers").peers).toEqual([provider.id]);
    expect(seeker.effects).toContainEqual(expect.objectContaining({ type: "providers", peers: [provider.id] }));
    result(ring.do(provider, { type: "unprovide", root: ROOT }), "stored");
    expect(failure(ring.do(seeker, { type: "find-providers", root: ROOT }))).toBe("not-found");
  });

  it("passes messages to every subscriber once, or to one", () => {
    const ring = new Ring(count);
    const publisher = ring.node(0);
    const subscribers = ring.live.slice(1);
    for (const node of subscribers) result(ring.do(node, { type: "subscribe", topic: "news" }), "subscribed");
    const payload = utf8("hello");
    const sent = result(ring.do(publisher, { type: "publish", topic: "news", payload }), "published");
    expect(sent.subscribers).toBe(count - 1);
    for (const node of subscribers) {
      expect(node.effects.filter((effect) => effect.type === "topic-message")).toEqual([
        { type: "topic-message", from: publisher.id, topic: "news", payload },
      ]);
    }
    const { to } = result(ring.do(publisher, { type: "anycast", topic: "news", payload }), "delivered");
    const told = subscribers.find((node) => node.id === to);
    expect(told?.effects.filter((effect) => effect.type === "topic-message")).toHaveLength(2);
    for (const node of subscribers) result(ring.do(node, { type: "unsubscribe", topic: "news" }), "unsubscribed");
    expect(failure(ring.do(publisher, { type: "publish", topic: "news", payload }))).toBe("no-subscriber");
  });
});

describe("lives", () => {
  it("keeps what is stored anew by its owner, and forgets the rest", () => {
    const ring = new Ring(12);
    const [provider, seeker] = [ring.node(0), ring.node(1)];
    result(ring.do(provider, { type: "provide", root: ROOT }), "stored");
    ring.run(45 * MINUTE);
    result(ring.do(seeker, { type: "find-providers", root: ROOT }), "providers");
    ring.kill(provider);
    ring.run(31 * MINUTE);
    expect(failure(ring.do(seeker, { type: "find-providers", root: ROOT }))).toBe("not-found");
    expect(ring.live.map((node) => node.records.count)).toEqual(ring.live.map(() => 0));
  });

  it("refuses records signed in the future or too long ago, by the median of the clocks", () => {
    const ring = new Ring(3);
    const key = providerKey(ROOT);
    const publicKey = ring.random.bytes(32);
    const wall = ring.node(0).records.wall();
    const at = (issued: number) => signed({ type: "provider" as const, key, publicKey, issued, removed: false });
    expect(ring.plant(ring.node(0), at(wall + 125_000), key)).toMatchObject({ status: "invalid" });
    expect(ring.plant(ring.node(0), at(wall - 30 * MINUTE), key)).toMatchObject({ status: "invalid" });
    expect(ring.plant(ring.node(0), at(wall + 60_000), key)).toMatchObject({ status: "stored" });
    // A machine that is a day off believes the others.
    const day = 24 * 60 * MINUTE;
    ring.node(1).records.clock(wall + day, wall);
    expect(Math.abs(ring.node(1).records.wall() - wall)).toBeLessThan(MINUTE);
  });
});

describe("holders that fail", () => {
  const put = (ring: Ring, node: RingNode): Outcome => ring.do(node, { type: "put", name: "n", value: utf8("v") });

  it("replaces holders that are silent by the next nearest", () => {
    const ring = new Ring(20);
    for (const node of ring.nearest(valueKey("n"), 4)) ring.kill(node, false);
    const writer = ring.live.find((node) => !node.silent) ?? ring.node(0);
    expect(result(put(ring, writer), "stored").holders).toBeGreaterThanOrEqual(5);
    result(ring.do(writer, { type: "get", name: "n" }), "values");
  });

  it("reads what five of eight took, though the nearest three refuse and deny it", () => {
    const ring = new Ring(20, { policy: { antiEntropy: false, readRepair: false } });
    for (const node of ring.nearest(valueKey("n"), 3)) {
      node.tamper = (question, answer) => {
        if (question.type === "put") return { type: "stored", status: "full", seq: null };
        return question.type === "get" ? { type: "records", records: [], next: null, token: null } : answer;
      };
    }
    expect(result(put(ring, ring.node(0)), "stored").holders).toBe(5);
    for (const node of ring.live) result(ring.do(node, { type: "get", name: "n" }), "values");
  });

  it("says so when four of eight refuse", () => {
    const ring = new Ring(20);
    for (const node of ring.nearest(valueKey("n"), 4)) {
      node.tamper = (question, answer) =>
        question.type === "put" ? { type: "stored", status: "full", seq: null } : answer;
    }
    expect(put(ring, ring.node(0))).toMatchObject({ ok: false, failure: "not-stored", detail: "4" });
  });

  it("never believes a forged record, nor ends a search with it", () => {
    const ring = new Ring(20);
    const provider = ring.node(0);
    const key = providerKey(ROOT);
    result(ring.do(provider, { type: "provide", root: ROOT }), "stored");
    for (const node of ring.nearest(key, 3)) {
      node.tamper = (question, answer) => {
        if (question.type !== "get" || answer.type !== "records") return answer;
        const forged = Array.from({ length: 20 }, () => ({
          type: "provider" as const,
          key,
          publicKey: ring.random.bytes(32),
          issued: node.records.wall(),
          removed: false,
          signature: new Uint8Array(64),
        }));
        return { ...answer, records: forged };
      };
    }
    const seeker = ring.node(5);
    expect(result(ring.do(seeker, { type: "find-providers", root: ROOT }), "providers").peers).toEqual([provider.id]);
  });
});

describe("what a holder refuses", () => {
  const key = valueKey("n");
  const value = (publicKey: Uint8Array, seq: number, text: string) =>
    signed({ type: "value" as const, key, publicKey, seq, value: utf8(text) });

  it("wants a token of its own, made for this writer and key, within ten minutes", () => {
    const ring = new Ring(3);
    const [node, other] = [ring.node(0), ring.node(1)];
    const record = value(ring.random.bytes(32), 1, "v");
    const from = ring.stranger();
    const tokenAt = (holder: RingNode, asked = key): Uint8Array => {
      const answer = ring.question(holder, { type: "token", key: asked }, from);
      return answer?.type === "token" ? answer.token : new Uint8Array(1);
    };
    const status = (token: Uint8Array, writer: NodeId = from) =>
      ring.question(node, { type: "put", record, token }, writer);
    expect(status(tokenAt(other))).toMatchObject({ status: "bad-token" });
    expect(status(tokenAt(node, topicKey("n")))).toMatchObject({ status: "bad-token" });
    expect(status(tokenAt(node), ring.stranger())).toMatchObject({ status: "bad-token" });
    const old = tokenAt(node);
    ring.run(4 * MINUTE);
    expect(status(old)).toMatchObject({ status: "stored" });
    ring.run(7 * MINUTE);
    expect(status(old)).toMatchObject({ status: "bad-token" });
  });

  it("takes keys only where it is among the sixteen nearest", () => {
    const ring = new Ring(30);
    const ordered = ring.nearest(key, 30);
    const record = value(ring.random.bytes(32), 1, "v");
    const answers = [15, 16].map((i) => ring.plant(ordered[i] ?? ring.node(0), record, key));
    expect(answers).toMatchObject([{ status: "stored" }, { status: "not-near" }]);
  });

  it("answers a repeat as before, and limits what one identity asks in a minute", () => {
    const ring = new Ring(3);
    const node = ring.node(0);
    const from = ring.stranger();
    const publicKey = ring.random.bytes(32);
    const answer = ring.question(node, { type: "token", key }, from);
    const token = answer?.type === "token" ? answer.token : new Uint8Array(1);
    const statuses = (seqs: readonly number[]): string[] => {
      const got: string[] = [];
      for (const seq of seqs) {
        const body = encodeRecordQuestion({ type: "put", record: value(publicKey, seq, "v"), token });
        node.records.question(from, from, body, (bytes) => {
          const given = decodeRecordAnswer(bytes);
          got.push(given?.type === "stored" ? given.status : "none");
        });
      }
      ring.run(500);
      return got;
    };
    expect(new Set(statuses(Array.from({ length: 40 }, () => 1)))).toEqual(new Set(["stored"]));
    const fresh = statuses(Array.from({ length: 30 }, (_, i) => i + 2));
    expect(fresh.filter((status) => status === "limited")).toHaveLength(11);
    expect(ring.plant(node, value(ring.random.bytes(32), 1, "other"), key)).toMatchObject({ status: "stored" });
  });

  it("ends the link of a neighbour that sends three bad signatures", () => {
    const ring = new Ring(3);
    const node = ring.node(0);
    const from = ring.stranger();
    for (let i = 1; i <= 3; i++) {
      expect(node.effects.filter((effect) => effect.type === "drop")).toEqual([]);
      const answer = ring.question(node, { type: "token", key }, from);
      const token = answer?.type === "token" ? answer.token : new Uint8Array(1);
      const record = { ...value(ring.random.bytes(32), i, "v"), signature: new Uint8Array(64) };
      expect(ring.question(node, { type: "put", record, token }, from)).toMatchObject({ status: "invalid" });
    }
    expect(node.effects).toContainEqual({ type: "drop", peer: from, reason: "bad-signatures", ban: true });
  });

  it("survives any body", () => {
    const ring = new Ring(2);
    const node = ring.node(0);
    for (let i = 0; i < 500; i++) {
      const body = ring.random.bytes(ring.random.below(60));
      node.records.question(ring.stranger(), ring.stranger(), body, () => {});
      node.records.sync(ring.stranger(), body);
    }
    result(ring.do(node, { type: "put", name: toHex(node.publicKey), value: utf8("v") }), "stored");
  });
});
