import type { BlockRange, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import type { SwarmEffect } from "../src/effects.ts";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function two(): Conversation {
  return new Conversation(drawShare({ lengths: sizes(2, 128 * KIB), catalogPieces: 1 }));
}

describe("asking for pieces", () => {
  it("asks for catalog pieces first, and refills in the call that took a block", () => {
    const talk = two();
    talk.fetch();
    const first = asked(talk.source(A), A);
    expect(first).toEqual([[0, 0, 64 * KIB]]);
    expect(asked(talk.block(A, first[0]!), A).length).toBeGreaterThan(0);
  });

  it("verifies a whole piece and stores it and tells of it only then", () => {
    const talk = two();
    talk.fetch([[0, 1]]);
    talk.source(A);
    const second = asked(talk.block(A, [0, 0, 64 * KIB]));
    expect(second).toEqual([[0, 64 * KIB, 64 * KIB]]);
    const whole = talk.block(A, second[0]!);
    expect(of(whole, "verify").map((effect) => effect.piece)).toEqual([0]);
    expect(of(whole, "store")).toEqual([]);
    const good = talk.verified(0);
    expect(Buffer.compare(of(good, "store")[0]!.bytes, talk.share.pieces[0]!)).toBe(0);
    expect(sent(whole, "have", A)).toEqual([]);
    expect(sent(good, "have", A)[0]!.pieces).toEqual({ ranges: [[0, 1]] });
    expect(of(good, "complete")).toHaveLength(1);
  });

  it("tells a peer that has everything of what it got at the next tick only, once 4 MB came within a second", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(80, 64 * KIB) }));
    talk.fetch();
    const waiting = asked(talk.source(A));
    const told: number[] = [];
    for (let block = waiting.shift(); block !== undefined; block = waiting.shift()) {
      const effects = talk.block(A, block);
      waiting.push(...asked(effects));
      for (const { piece } of of(effects, "verify")) {
        const good = talk.verified(piece);
        waiting.push(...asked(good));
        if (sent(good, "have", A).length > 0) told.push(piece);
      }
    }
    expect(told.length).toBeGreaterThan(50);
    expect(told.length).toBeLessThan(4_000_000 / (64 * KIB));
    expect(sent(talk.wait(250), "have", A)).not.toEqual([]);
  });

  it("stays interested for a second in a peer that has nothing more for it, and says at once when that has", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(3, 64 * KIB) }));
    talk.fetch();
    talk.source(A, [[0, 1]]);
    talk.block(A, [0, 0, 64 * KIB]);
    expect(sent(talk.verified(0), "notinterested", A)).toEqual([]);
    const more = talk.say(A, { type: "have", share: 7, pieces: { ranges: [[1, 1]] } });
    expect(sent(more, "interested", A)).toEqual([]);
    expect(asked(more, A)).toEqual([[1, 0, 64 * KIB]]);
    talk.block(A, [1, 0, 64 * KIB]);
    talk.verified(1);
    expect(sent(talk.wait(750), "notinterested", A)).toEqual([]);
    expect(sent(talk.wait(500), "notinterested", A)).toHaveLength(1);
    expect(sent(talk.say(A, { type: "have", share: 7, pieces: { ranges: [[2, 1]] } }), "interested", A)).toHaveLength(
      1,
    );
  });

  it("lists thousands of tiny pieces in few messages and keeps hundreds of requests outstanding", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(2000, 300) }));
    talk.fetch();
    const effects = talk.source(A);
    expect(asked(effects).length).toBeGreaterThanOrEqual(218);
    expect(sent(effects, "request").length).toBeLessThanOrEqual(2);
  });

  it("fetches equal pieces once and has both", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(3, 1000), same: { 2: 1 } }));
    talk.fetch();
    const blocks = asked(talk.source(A));
    expect(blocks.map(([piece]) => piece)).toEqual([0, 1]);
    for (const range of blocks) talk.block(A, range);
    talk.verified(0);
    const good = talk.verified(1);
    expect(of(good, "have")[0]!.pieces).toEqual([1, 2]);
    expect(of(good, "complete")).toHaveLength(1);
  });

  it("ends the link on a block that was never asked for", () => {
    const talk = two();
    talk.fetch();
    talk.source(A);
    expect(of(talk.block(A, [1, 64 * KIB, 64 * KIB]), "drop")).toEqual([
      { type: "drop", peer: A, reason: "unrequested-block", ban: false },
    ]);
  });

  it("ends the link on a block of another length", () => {
    const talk = two();
    talk.fetch();
    talk.source(A);
    expect(of(talk.block(A, [0, 0, 1000]), "drop")[0]!.reason).toBe("wrong-block-length");
  });

  it("gives a rejected block to another peer", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(2, 64 * KIB) }));
    talk.fetch([[0, 1]]);
    const [range] = asked(talk.source(A));
    talk.source(B);
    expect(asked(talk.say(A, { type: "reject", share: 7, blocks: [range!] }), B)).toContainEqual(range);
  });

  it("does not ask a peer again for what it refused while unchoked", () => {
    const talk = two();
    talk.fetch([[0, 1]]);
    const [range] = asked(talk.source(A));
    expect(asked(talk.say(A, { type: "reject", share: 7, blocks: [range!] }))).toEqual([]);
  });

  it("leaves a peer alone that refuses three times in a row, until it tells of pieces or a second has passed", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(9, 64 * KIB) }));
    talk.fetch();
    const refusals = (first: BlockRange[]) => {
      let count = 0;
      for (let next = first; next.length > 0; count++) {
        next = asked(talk.say(A, { type: "reject", share: 7, blocks: next }));
      }
      return count;
    };
    expect(refusals(asked(talk.source(A)))).toBe(3);
    expect(refusals(asked(talk.say(A, { type: "have", share: 7, pieces: { ranges: [[0, 9]] } })))).toBe(3);
    expect(asked(talk.wait(750))).toEqual([]);
    expect(refusals(asked(talk.wait(500)))).toBe(3);
  });

  it("asks a peer nearby for larger blocks than one as fast and far away", () => {
    const largest = (roundTripMs: number) => {
      const talk = new Conversation(drawShare({ lengths: sizes(20, 256 * KIB) }));
      talk.fetch();
      talk.linkUp(A);
      talk.input({ type: "path", peer: A, roundTripMs });
      talk.say(A, talk.joinMessage(A));
      talk.say(A, { type: "have", share: 7, pieces: { ranges: [[0, 20]] } });
      const waiting = asked(talk.say(A, { type: "unchoke", share: 7 }));
      const sizesAsked: number[] = [];
      for (let block = waiting.shift(); block !== undefined && sizesAsked.length < 40; block = waiting.shift()) {
        talk.wait(20);
        sizesAsked.push(block[2]);
        waiting.push(...asked(talk.block(A, block)));
      }
      return Math.max(...sizesAsked);
    };
    expect(largest(1)).toBeGreaterThan(largest(60));
  });

  it("holds back reports of no more blocks than come in ten milliseconds, and of none once nothing comes", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(200, 64 * KIB) }));
    talk.fetch();
    const waiting = asked(talk.source(A));
    const bytesPerMs = 32 * KIB;
    let held: number[] = [];
    let most = 0;
    const count = (effects: SwarmEffect[]) => {
      for (const { samples } of sent(effects, "request", A)) held = held.slice(samples.length);
      return asked(effects);
    };
    // At last all is asked for, so that no request takes reports along.
    for (let left = 200; left > 3; left--) {
      const block = waiting.shift()!;
      talk.now += block[2] / bytesPerMs;
      held.push(block[2]);
      const effects = talk.block(A, block);
      waiting.push(...count(effects));
      for (const { piece } of of(effects, "verify")) waiting.push(...count(talk.verified(piece)));
      most = Math.max(most, sum(held));
    }
    expect(most).toBeGreaterThan(2 * 64 * KIB);
    expect(most).toBeLessThanOrEqual(10 * bytesPerMs);
    expect(held).not.toEqual([]);
    count(talk.wait(250));
    expect(held).toEqual([]);
  });

  it("asks others at once when a refusal gives memory back", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(3, 64 * KIB) }), { fetchingBytes: 128 * KIB });
    talk.fetch();
    const first = asked(talk.source(A, [[0, 2]]));
    expect(asked(talk.source(B, [[2, 1]]))).toEqual([]);
    talk.say(A, { type: "choke", share: 7 });
    const next = asked(talk.say(A, { type: "reject", share: 7, blocks: first }));
    expect(next.map(([piece]) => piece)).toContain(2);
  });

  it("gives the requests of a broken link to others at once", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(2, 64 * KIB) }));
    talk.fetch([[0, 1]]);
    const lost = asked(talk.source(A));
    talk.source(B);
    expect(asked(talk.input({ type: "link-down", peer: A }), B)).toEqual(expect.arrayContaining(lost));
  });

  it("takes a late block of a request that timed out, and forgives", () => {
    const talk = two();
    talk.fetch([[0, 1]]);
    const [range] = asked(talk.source(A));
    talk.wait(10_500);
    expect(talk.effects.filter((effect) => effect.type === "drop")).toEqual([]);
    talk.block(A, range!);
    expect(of(talk.effects, "drop")).toEqual([]);
    expect(talk.swarm.view(talk.share.root)!.bytesDownloaded).toBe(64 * KIB);
  });

  it("asks another for the last block of a peer that falls silent, though nothing comes that could call for it", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(6, 64 * KIB) }));
    const answer = (peer: NodeId, blocks: readonly BlockRange[]): BlockRange[] =>
      blocks.flatMap((block) => asked(talk.block(peer, block)));
    talk.fetch();
    const first = { a: asked(talk.source(A)), b: asked(talk.source(B)) };
    talk.now += 100;
    const [answered, last] = answer(A, first.a);
    const others = answer(B, first.b);
    talk.now += 100;
    expect([...answer(A, [answered!]), ...answer(B, others)]).toEqual([]);
    expect(asked(talk.wait(1500), B)).toEqual([last]);
  });

  it("drops a peer that sends nothing for a minute, not before", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(10, 64 * KIB) }));
    talk.fetch();
    talk.source(A);
    expect(of(talk.wait(60_000), "drop")).toEqual([]);
    expect(of(talk.wait(5000), "drop")).toEqual([{ type: "drop", peer: A, reason: "unanswered-requests", ban: false }]);
  });

  it("blames nobody for silence while the page slept", () => {
    const talk = two();
    talk.fetch();
    talk.source(A);
    talk.now += 60_000;
    expect(of(talk.input({ type: "tick" }), "drop")).toEqual([]);
    expect(asked(talk.wait(1000))).toEqual([]);
  });

  it("stops and goes on with pause and resume, and ignores what was under way", () => {
    const talk = two();
    talk.fetch();
    const [range] = asked(talk.source(A));
    const { root } = talk.share;
    expect(sent(talk.input({ type: "pause", root }), "leave", A)).toHaveLength(1);
    expect(of(talk.block(A, range!), "drop")).toEqual([]);
    expect(of(talk.block(A, range!), "drop")).toHaveLength(1);
  });

  it("stands still when the store refuses, and goes on after resume", () => {
    const talk = two();
    const { root } = talk.share;
    talk.fetch();
    talk.source(A);
    talk.block(A, [0, 0, 64 * KIB]);
    talk.block(A, [0, 64 * KIB, 64 * KIB]);
    talk.verified(0);
    const refused = talk.input({ type: "store-failed", root, pieces: [0], reason: "quota" });
    expect(sent(refused, "notinterested", A)).toHaveLength(1);
    expect(talk.swarm.view(root)!.blockedBy).toBe("quota");
    const resumed = talk.input({ type: "resume", root });
    expect(of(resumed, "store").map((effect) => effect.piece)).toEqual([0]);
    expect(sent(resumed, "interested", A)).toHaveLength(1);
  });

  it("drops what is no longer selected and completes an empty selection at once", () => {
    const talk = two();
    talk.fetch();
    const [range] = asked(talk.source(A));
    const effects = talk.input({ type: "want", root: talk.share.root, wanted: [] });
    expect(sent(effects, "cancel", A)[0]!.blocks).toEqual([range]);
    expect(of(effects, "complete")).toHaveLength(1);
    expect(talk.swarm.memory).toEqual({ begun: 0, outstanding: 0, held: 0 });
  });

  it("holds no more than its bounds while blocks are slow and hashes slower", () => {
    const limits = { fetchingBytes: 512 * KIB, heldBytes: 1024 * KIB };
    const talk = new Conversation(drawShare({ lengths: sizes(64, 128 * KIB) }), limits);
    talk.fetch();
    const queue = asked(talk.source(A));
    for (let range = queue.shift(); range !== undefined; range = queue.shift()) {
      talk.now += 1;
      queue.push(...asked(talk.block(A, range)));
      expect(talk.swarm.memory.begun).toBeLessThanOrEqual(512 * KIB);
    }
    const waiting = of(talk.effects, "verify").length;
    expect(waiting).toBeLessThan(8);
    expect(asked(talk.verified(of(talk.effects, "verify")[0]!.piece)).length).toBeGreaterThan(0);
  });
});
