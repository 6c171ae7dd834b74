import type { NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";
import { SimulatedSwarm } from "./swarm-host.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);

/** A share of 64 KiB pieces whose catalog is piece 0. */
function talkOf(pieces: number): Conversation {
  return new Conversation(drawShare({ lengths: sizes(pieces, 64 * KIB) }));
}

function read(talk: Conversation, first: number, count: number, reader = 1, due = 0) {
  const range = [first, count] as const;
  return talk.input({ type: "deadlines", root: talk.share.root, reader, range, due, every: 100 });
}

/** Gives every block that was asked for, in that order, and says which pieces these were. */
function serve(talk: Conversation, peer: NodeId, effects = talk.effects): number[] {
  const order: number[] = [];
  const queue = asked(effects, peer);
  for (let range = queue.shift(); range !== undefined; range = queue.shift()) {
    talk.now += 10;
    order.push(range[0]);
    queue.push(...asked(talk.block(peer, range), peer));
    queue.push(...asked(talk.verified(range[0]), peer));
  }
  return order;
}

describe("pieces with deadlines", () => {
  it("are fetched in order, and nothing else when nothing else is wanted", () => {
    const talk = talkOf(20);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    talk.effects = [];
    expect(serve(talk, A, read(talk, 7, 5))).toEqual([7, 8, 9, 10, 11]);
  });

  it("go before everything that is wanted, and the rest follows", () => {
    const talk = talkOf(40);
    talk.fetch();
    talk.source(A);
    const first = asked(talk.effects, A).map(([piece]) => piece);
    read(talk, 30, 4);
    const order = serve(talk, A).filter((piece) => !first.includes(piece));
    expect(order.slice(0, 4)).toEqual([30, 31, 32, 33]);
    expect(order.length + first.length).toBe(40);
  });

  it("of several readers are fetched by deadline", () => {
    const talk = talkOf(30);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    talk.effects = [];
    talk.say(A, { type: "choke", share: 7 });
    read(talk, 10, 3, 1, 0);
    read(talk, 20, 3, 2, 50);
    expect(serve(talk, A, talk.say(A, { type: "unchoke", share: 7 }))).toEqual([10, 20, 11, 21, 12, 22]);
  });

  it("are cancelled when the reader is done and nobody else wants them", () => {
    const talk = talkOf(20);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    const blocks = asked(read(talk, 7, 1), A);
    const done = talk.input({ type: "deadlines", root: talk.share.root, reader: 1, range: null, due: 0, every: 0 });
    expect(sent(done, "cancel", A).flatMap((message) => [...message.blocks])).toEqual(blocks);
    expect(sent(done, "notinterested", A)).toHaveLength(1);
    expect(talk.swarm.memory).toMatchObject({ begun: 0, outstanding: 0 });
  });

  it("do not let a reader that jumps have more on the way than the window, for what is cancelled comes all the same", () => {
    const talk = talkOf(400);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    const before = asked(read(talk, 10, 50), A).length;
    let more = 0;
    for (let jump = 1; jump < 8; jump++) more += asked(read(talk, 10 + 50 * jump, 20), A).length;
    expect(before).toBeGreaterThan(1);
    // One at a time may be asked of a peer that has nothing to do, and no more.
    expect(more).toBeLessThanOrEqual(7);
    const rejected = sent(talk.effects, "cancel", A).flatMap((message) => [...message.blocks]);
    const freed = asked(talk.say(A, { type: "reject", share: 7, blocks: rejected }), A);
    expect(freed.length).toBeGreaterThanOrEqual(before - 1);
  });

  it("keep being fetched after the reader is done where the selection wants them too", () => {
    const talk = talkOf(20);
    talk.fetch();
    talk.source(A);
    read(talk, 7, 1);
    const done = talk.input({ type: "deadlines", root: talk.share.root, reader: 1, range: null, due: 0, every: 0 });
    expect(sent(done, "cancel", A)).toEqual([]);
    expect(serve(talk, A)).toHaveLength(20);
  });

  it("leave the peer interested and its link wanted between one piece and the next", () => {
    const talk = talkOf(20);
    talk.fetch([[0, 1]]);
    talk.input({ type: "providers", root: talk.share.root, peers: [A] });
    talk.source(A);
    talk.say(A, { type: "interested", share: 7 });
    talk.say(A, { type: "notinterested", share: 7 });
    read(talk, 7, 1);
    serve(talk, A);
    talk.wait(1000);
    read(talk, 8, 0);
    expect(sent(talk.effects, "notinterested", A)).toHaveLength(0);
    expect(of(talk.effects, "release-link")).toHaveLength(0);
    talk.input({ type: "deadlines", root: talk.share.root, reader: 1, range: null, due: 0, every: 0 });
    talk.wait(1000);
    expect(of(talk.effects, "release-link")).toHaveLength(1);
  });

  it("may be asked of a second peer when the first is late, within the duplicate budget", () => {
    const talk = talkOf(20);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    talk.source(B, [[7, 1]]);
    talk.effects = [];
    expect(asked(read(talk, 7, 1), A)).toHaveLength(1);
    talk.now += 3000;
    const again = asked(talk.say(B, { type: "have", share: 7, pieces: { ranges: [[9, 1]] } }), B);
    expect(again).toEqual([[7, 0, 64 * KIB]]);
    expect(sent(talk.block(B, again[0]!), "cancel", A)[0]!.blocks).toEqual(again);
  });

  it("are taken over from whoever began them", () => {
    const talk = new Conversation(drawShare({ lengths: sizes(4, 512 * KIB) }));
    talk.fetch([[1, 1]]);
    talk.source(A);
    const begun = asked(talk.effects, A);
    expect(begun.map(([piece]) => piece)).toEqual([1]);
    talk.source(B);
    read(talk, 1, 1);
    talk.effects = [];
    const helped = asked(talk.block(A, begun[0]!), A).concat(asked(talk.say(B, { type: "unchoke", share: 7 }), B));
    expect(new Set(helped.map(([piece]) => piece))).toEqual(new Set([1]));
  });

  it("of a share that grew by hostile numbers change nothing", () => {
    const talk = talkOf(3);
    talk.fetch([[0, 1]]);
    talk.source(A);
    serve(talk, A);
    expect(asked(read(talk, 2, 1_000_000), A).map(([piece]) => piece)).toEqual([2]);
    expect(asked(read(talk, 50, 3), A)).toEqual([]);
  });
});

describe("while a reader waits", () => {
  it("a peer holds at most a second of requests that no reader waits for", () => {
    const talk = talkOf(200);
    talk.fetch();
    talk.source(A, [[0, 199]]);
    let queue = asked(talk.effects, A);
    // 64 KiB every 500 ms: slower than the least window, which would hold a second and more.
    for (let i = 0; i < 12; i++) {
      talk.now += 500;
      const range = queue.shift()!;
      queue.push(...asked(talk.block(A, range), A));
      talk.verified(range[0]);
    }
    read(talk, 199, 1);
    for (let i = 0; i < 8 && queue.length > 0; i++) {
      talk.now += 500;
      const range = queue.shift()!;
      queue = [...queue, ...asked(talk.block(A, range), A)];
      talk.verified(range[0]);
      const rate = (64 * KIB) / 0.5;
      if (i > 4) expect(talk.swarm.memory.outstanding).toBeLessThanOrEqual(rate + 64 * KIB);
    }
  });
});

describe("early pieces", () => {
  it("are begun before rarer ones", () => {
    const talk = talkOf(30);
    const { root, manifest } = talk.share;
    const wanted = [[0, 30]] as const;
    talk.input({ type: "add", root, manifest, have: null, wanted, early: [5, 29], paused: false });
    talk.source(A);
    expect(new Set(serve(talk, A).slice(1, 3))).toEqual(new Set([5, 29]));
  });
});

describe("a stream in a swarm of two seeds and a fast reader", { timeout: 60_000 }, () => {
  it("has each piece in time at the links' rate, first things first", () => {
    const swarm = new SimulatedSwarm(11, 25);
    const share = drawShare({ lengths: [1000, ...sizes(160, 64 * KIB)] });
    const rates = { up: 1.25e6, down: 5e6 };
    for (const number of [1, 2]) swarm.seed(swarm.add({ number, rates }), share);
    const viewer = swarm.add({ number: 3, rates });
    swarm.leech(viewer, share, [[0, 1]]);
    swarm.simulation.run(3000, () => false);
    const start = swarm.simulation.now;
    const range = [81, 64] as const;
    swarm.simulation.input(viewer.id, { type: "deadlines", root: share.root, reader: 1, range, due: 0, every: 40 });
    const at: number[] = [];
    for (let i = 0; i < 64; i++) {
      swarm.simulation.run(start + 30_000, () => viewer.pieces.get(share.root)?.has(81 + i) ?? false);
      at.push(swarm.simulation.now - start);
    }
    expect(at[0]).toBeLessThan(600);
    // 64 x 64 KiB at 2.5 MB/s take 1.7 s; slow start takes its part.
    expect(at[63]).toBeLessThan(4000);
    expect(viewer.pieces.get(share.root)?.size).toBe(65);
  });
});
