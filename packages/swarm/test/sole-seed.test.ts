import type { BlockRange, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);
const SHARE = drawShare({ lengths: sizes(10, 64 * KIB) });

/** A seed that nobody but us is, and two peers that want everything. */
function soleSeed(): Conversation {
  const talk = new Conversation(SHARE);
  talk.seed();
  for (const peer of [A, B]) {
    talk.join(peer);
    talk.say(peer, { type: "interested", share: 7 });
  }
  return talk;
}

function ask(talk: Conversation, peer: NodeId, ...pieces: number[]): number[] {
  const blocks = pieces.map((piece): BlockRange => [piece, 0, 64 * KIB]);
  const effects = talk.say(peer, { type: "request", share: 7, blocks, samples: [] });
  return sent(effects, "reject", peer).flatMap((message) => message.blocks.map(([piece]) => piece));
}

/** Asked for, loaded, sent and arrived; what is refused instead. */
function give(talk: Conversation, peer: NodeId, piece: number): number[] {
  const refused = ask(talk, peer, piece);
  talk.input({ type: "loaded", root: SHARE.root, piece, bytes: SHARE.pieces[piece]! });
  talk.input({ type: "flushed", peer, queuedBytes: 0 });
  tell(talk, peer, piece);
  return refused;
}

function tell(talk: Conversation, peer: NodeId, ...pieces: number[]) {
  const ranges = pieces.map((piece) => [piece, 1] as const);
  return talk.say(peer, { type: "have", share: 7, pieces: { ranges } });
}

function told(effects: ReturnType<typeof tell>, peer: NodeId): number[] {
  const sets = sent(effects, "have", peer).map((message) => message.pieces);
  return sets.flatMap((set) => ("ranges" in set ? set.ranges.map(([piece]) => piece) : []));
}

describe("a sole seed", () => {
  it("refuses what it promised to another, and what another has", () => {
    const talk = soleSeed();
    expect(ask(talk, A, 1, 2)).toEqual([]);
    expect(ask(talk, B, 1, 3)).toEqual([1]);
    tell(talk, A, 2);
    expect(ask(talk, B, 2)).toEqual([2]);
  });

  it("gives the catalog to everybody", () => {
    const talk = soleSeed();
    expect([ask(talk, A, 0), ask(talk, B, 0)]).toEqual([[], []]);
  });

  it("refuses nothing to a single peer, nor once another has everything", () => {
    const alone = new Conversation(SHARE);
    alone.seed();
    alone.join(A);
    alone.say(A, { type: "interested", share: 7 });
    expect(ask(alone, A, 1, 2, 3)).toEqual([]);
    const talk = soleSeed();
    ask(talk, A, 1);
    talk.join(node(3));
    talk.say(node(3), { type: "have", share: 7, pieces: { ranges: [[0, 10]] } });
    expect(ask(talk, B, 1)).toEqual([]);
  });

  it("refuses nothing when nobody else waits", () => {
    const talk = soleSeed();
    tell(talk, A, 1);
    expect(ask(talk, B, 1)).toEqual([]);
  });

  it("offers what it refused once every piece is at some peer", () => {
    const talk = soleSeed();
    ask(talk, A, 1);
    expect(ask(talk, B, 1)).toEqual([1]);
    expect(told(tell(talk, A, 0, 1, 2, 3, 4, 5, 6, 7, 8), B)).toEqual([]);
    expect(told(tell(talk, A, 9), B)).toEqual([1]);
    expect(ask(talk, B, 1)).toEqual([]);
  });

  it("offers it after a round of the choker too, and refuses it no second time", () => {
    const talk = soleSeed();
    ask(talk, A, 1);
    ask(talk, B, 1);
    expect(told(talk.wait(10_500), B)).toEqual([1]);
    expect(ask(talk, B, 1)).toEqual([]);
  });

  it("breaks its promise to a peer that left", () => {
    const talk = soleSeed();
    ask(talk, A, 1);
    talk.input({ type: "link-down", peer: A });
    talk.join(node(3));
    talk.say(node(3), { type: "interested", share: 7 });
    expect(ask(talk, B, 1)).toEqual([]);
  });

  it("keeps new pieces from a peer that passes nothing on, until it does", () => {
    const talk = soleSeed();
    ask(talk, A, 1, 2);
    tell(talk, A, 1);
    expect(ask(talk, A, 3)).toEqual([3]);
    expect(ask(talk, B, 3)).toEqual([]);
    expect(told(tell(talk, B, 1), A)).toEqual([3]);
  });

  it("lets who has just passed on hold one more while the uplink idles, and no other", () => {
    const talk = soleSeed();
    give(talk, A, 1);
    tell(talk, B, 1);
    expect([give(talk, A, 2), give(talk, A, 3)]).toEqual([[], []]);
    expect(ask(talk, A, 4)).toEqual([4]);
    const idler = soleSeed();
    give(idler, A, 1);
    expect(ask(idler, A, 2)).toEqual([2]);
    const busy = soleSeed();
    give(busy, A, 1);
    tell(busy, B, 1);
    give(busy, A, 2);
    ask(busy, B, 3);
    expect(ask(busy, A, 4)).toEqual([4]);
  });

  it("keeps nothing from anybody for the sake of a peer that gains nothing", () => {
    const talk = soleSeed();
    ask(talk, B, 1);
    ask(talk, A, 2);
    tell(talk, A, 2);
    talk.wait(4_500);
    expect(ask(talk, A, 3, 4)).toEqual([3, 4]);
    expect(told(talk.wait(1_000), A)).toContain(3);
    expect(ask(talk, A, 3, 4)).toEqual([]);
  });
});

describe("a receiver that is refused", () => {
  it("asks for another piece, and asks nobody twice at once", () => {
    const talk = new Conversation(SHARE, { blockBytes: 32 * KIB });
    talk.fetch();
    const first = asked(talk.source(A));
    const [piece] = first[0]!;
    const next = asked(talk.say(A, { type: "reject", share: 7, blocks: first }));
    expect(next.length).toBeGreaterThan(0);
    expect(next.map(([other]) => other)).not.toContain(piece);
    const fromB = asked(talk.source(B, [[piece, 1]]));
    expect(fromB.map(([other]) => other)).toEqual([piece, piece]);
    expect(of(talk.effects, "drop")).toEqual([]);
  });
});
