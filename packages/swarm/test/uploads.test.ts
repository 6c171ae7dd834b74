import type { BlockRange } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);
const SHARE = drawShare({ lengths: sizes(40, 64 * KIB) });
const { root } = SHARE;

function seeding(): Conversation {
  const talk = new Conversation(SHARE);
  talk.seed();
  talk.join(A);
  talk.say(A, { type: "interested", share: 7 });
  return talk;
}

function blocks(count: number, first = 0): BlockRange[] {
  return Array.from({ length: count }, (_, i) => [first + i, 0, 64 * KIB] as const);
}

function request(talk: Conversation, list: readonly BlockRange[], peer = A) {
  return talk.say(peer, { type: "request", share: 7, blocks: list, samples: [] });
}

function load(talk: Conversation, piece: number) {
  return talk.input({ type: "loaded", root, piece, bytes: SHARE.pieces[piece]! });
}

describe("serving", () => {
  it("unchokes an interested peer at once while a slot is free, and no more than the slots", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    const unchoked = [1, 2, 3, 4, 5, 6].map((i) => {
      talk.join(node(i));
      return sent(talk.say(node(i), { type: "interested", share: 7 }), "unchoke").length;
    });
    expect(unchoked).toEqual([1, 1, 1, 1, 1, 0]);
    const freed = talk.say(node(2), { type: "notinterested", share: 7 });
    expect(sent(freed, "unchoke", node(6))).toHaveLength(1);
    expect(sent(freed, "choke", node(2))).toHaveLength(1);
  });

  it("loads a piece once and sends its blocks from memory", () => {
    const talk = seeding();
    expect(of(request(talk, blocks(1)), "load")).toEqual([{ type: "load", root, piece: 0 }]);
    expect(Buffer.compare(of(load(talk, 0), "send-block")[0]!.block.payload, SHARE.pieces[0]!)).toBe(0);
    const again = request(talk, blocks(1));
    expect(of(again, "load")).toEqual([]);
    expect(of(again, "send-block")).toHaveLength(1);
  });

  it("serves what was just made from memory, as far as that has room, and for ten minutes", () => {
    const talk = new Conversation(SHARE, { heldBytes: 128 * KIB });
    talk.seed();
    talk.input({ type: "made", root, pieces: [0, 1, 2].map((piece) => ({ piece, bytes: SHARE.pieces[piece]! })) });
    talk.join(A);
    talk.say(A, { type: "interested", share: 7 });
    const served = request(talk, blocks(3));
    expect(of(served, "send-block").map(({ block }) => block.piece)).toEqual([0, 1]);
    expect(of(served, "load").map(({ piece }) => piece)).toEqual([2]);
    expect(talk.swarm.memory.held).toBe(128 * KIB);
    talk.wait(600_250);
    expect(talk.swarm.memory.held).toBe(0);
  });

  it("does not read again and again what memory cannot hold until its turn comes", () => {
    const talk = new Conversation(SHARE, { heldBytes: 128 * KIB, uplinkStartBytes: 64 * KIB });
    talk.seed();
    const peers = [1, 2, 3, 4].map(node);
    for (const peer of peers) {
      talk.join(peer);
      talk.say(peer, { type: "interested", share: 7 });
    }
    let loads = 0;
    const read = () => {
      for (; loads < 100 && loads < of(talk.effects, "load").length; loads++) {
        load(talk, of(talk.effects, "load")[loads]!.piece);
      }
    };
    for (const [i, peer] of peers.entries()) request(talk, blocks(1, i), peer);
    read();
    expect([loads, of(talk.effects, "send-block").length]).toEqual([4, 1]);
    for (let i = 0; i < 4; i++) {
      talk.wait(250);
      for (const peer of peers) {
        const mine = of(talk.effects, "send-block").filter((effect) => effect.peer === peer);
        const samples = mine.map(({ block }) => [block.sentAt, 20] as const);
        talk.say(peer, { type: "request", share: 7, blocks: [], samples });
        read();
      }
    }
    expect(of(talk.effects, "send-block")).toHaveLength(4);
    expect(loads).toBeLessThanOrEqual(7);
  });

  it("hands a link no more than its queue holds, and goes on when it is flushed", () => {
    const talk = seeding();
    request(talk, blocks(30));
    for (let piece = 0; piece < 30; piece++) load(talk, piece);
    expect(of(talk.effects, "send-block")).toHaveLength(6);
    expect(of(talk.input({ type: "flushed", peer: A, queuedBytes: 128 * KIB }), "send-block")).toHaveLength(4);
  });

  it("goes on when blocks arrived, though no channel of the link has told of it", () => {
    const talk = seeding();
    request(talk, blocks(30));
    for (let piece = 0; piece < 30; piece++) load(talk, piece);
    const reported = of(talk.effects, "send-block").slice(0, 2);
    const samples = reported.map(({ block }) => [block.sentAt, 20] as const);
    const more = talk.say(A, { type: "request", share: 7, blocks: [], samples });
    expect(of(more, "send-block")).toHaveLength(2);
  });

  it("goes on by itself when a link that never rose above its mark says nothing", () => {
    const talk = seeding();
    request(talk, blocks(30));
    for (let piece = 0; piece < 16; piece++) load(talk, piece);
    expect(of(talk.wait(1500), "send-block").length).toBeGreaterThan(0);
  });

  it("answers every request with its block or a reject", () => {
    const talk = seeding();
    const list = blocks(40);
    request(talk, list);
    talk.say(A, { type: "cancel", share: 7, blocks: list.slice(20, 22) });
    for (const { piece } of of(talk.effects, "load")) if (piece !== 3) load(talk, piece);
    talk.input({ type: "loaded", root, piece: 3, bytes: null });
    talk.input({ type: "pause", root });
    const answered = [
      ...of(talk.effects, "send-block").map(({ block }) => block.piece),
      ...sent(talk.effects, "reject").flatMap((message) => message.blocks.map(([piece]) => piece)),
    ];
    expect(new Set(answered).size).toBe(answered.length);
    expect(answered).toEqual(expect.arrayContaining([3, 20, 21]));
    expect(sent(talk.effects, "leave", A)).toHaveLength(1);
  });

  it("rejects requests of a choked peer", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    talk.join(A);
    expect(sent(request(talk, blocks(2)), "reject")[0]!.blocks).toEqual(blocks(2));
  });

  it("rejects what is queued when it chokes", () => {
    const talk = seeding();
    for (let i = 2; i <= 6; i++) {
      talk.join(node(i));
      talk.say(node(i), { type: "interested", share: 7 });
    }
    for (let i = 1; i <= 5; i++) request(talk, blocks(3, 3 * i), node(i));
    const effects = talk.wait(31_000);
    const choked = effects.find((effect) => effect.type === "send" && effect.message.type === "choke");
    if (choked?.type !== "send") throw new Error("nobody was choked");
    expect(sent(effects, "unchoke", node(6))).toHaveLength(1);
    expect(sent(effects, "reject", choked.peer)[0]!.blocks).toHaveLength(3);
  });

  it("withdraws a piece that cannot be loaded", () => {
    const talk = seeding();
    request(talk, blocks(1));
    const effects = talk.input({ type: "loaded", root, piece: 0, bytes: null });
    expect(sent(effects, "donthave")[0]!.pieces).toEqual({ ranges: [[0, 1]] });
    expect(sent(effects, "reject")[0]!.blocks).toEqual(blocks(1));
    expect(of(effects, "withdrawn")).toEqual([{ type: "withdrawn", root, pieces: [0] }]);
  });

  it.each<[string, BlockRange]>([
    ["beyond the share", [40, 0, 1]],
    ["beyond the piece", [0, 1, 64 * KIB]],
  ])("ends the link on a request %s", (_, range) => {
    expect(of(request(seeding(), [range]), "drop")[0]!.reason).toBe("bad-request-range");
  });

  it("serves peers in turn", () => {
    const talk = seeding();
    talk.join(B);
    talk.say(B, { type: "interested", share: 7 });
    request(talk, blocks(20));
    request(talk, blocks(20, 20), B);
    for (let i = 0; i < 16; i++) for (const piece of [i, 20 + i]) load(talk, piece);
    const to = of(talk.effects, "send-block").map((effect) => effect.peer);
    expect(to.filter((peer) => peer === A)).toHaveLength(6);
    expect(to.filter((peer) => peer === B)).toHaveLength(6);
  });

  it("serves a piece from memory before it is stored", () => {
    const talk = new Conversation(SHARE);
    talk.fetch([[0, 1]]);
    talk.source(A);
    talk.block(A, [0, 0, 64 * KIB]);
    talk.verified(0);
    talk.join(B);
    talk.say(B, { type: "interested", share: 7 });
    const effects = request(talk, blocks(1), B);
    expect(of(effects, "load")).toEqual([]);
    expect(of(effects, "send-block")).toHaveLength(1);
  });
});
