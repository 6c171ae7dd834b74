import type { BlockRange, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import type { SwarmEffect } from "../src/index.ts";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);
const SHARE = drawShare({ lengths: sizes(10, 64 * KIB) });

/** A seed that nobody but us is, two peers that want everything, and others that want nothing. */
function soleSeed(others = 0): Conversation {
  const talk = new Conversation(SHARE);
  talk.seed();
  for (const peer of [A, B]) {
    talk.join(peer);
    talk.say(peer, { type: "interested", share: 7 });
  }
  for (let i = 0; i < others; i++) talk.join(node(3 + i));
  return talk;
}

/** So many others that the two are among many. */
const MANY = 7;

/** Returns what is refused. */
function ask(talk: Conversation, peer: NodeId, ...pieces: number[]): number[] {
  return refused(request(talk, peer, ...pieces), peer);
}

function request(talk: Conversation, peer: NodeId, ...pieces: number[]): SwarmEffect[] {
  const blocks = pieces.map((piece): BlockRange => [piece, 0, 64 * KIB]);
  return talk.say(peer, { type: "request", share: 7, blocks, samples: [] });
}

function refused(effects: readonly SwarmEffect[], peer: NodeId): number[] {
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

/** Asked for, sent, and reported with what took 250 ms. */
function deliver(talk: Conversation, peer: NodeId, piece: number): void {
  give(talk, peer, piece);
  const samples = of(talk.effects, "send-block").map(({ block }) => [block.sentAt, 20] as const);
  talk.wait(250);
  talk.say(peer, { type: "request", share: 7, blocks: [], samples });
}

/** Two peers of which one holds a piece alone. */
function hoarding(): Conversation {
  const talk = soleSeed();
  ask(talk, A, 1, 2);
  tell(talk, A, 1);
  return talk;
}

/** Two peers, of whom A has passed on a piece after 100 ms and B after so many; none holds one alone. */
function passing(slowMs: number, others = 0): Conversation {
  const talk = soleSeed(others);
  for (const [peer, other, piece, took] of [
    [A, B, 1, 100],
    [B, A, 2, slowMs],
  ] as const) {
    give(talk, peer, piece);
    talk.wait(took);
    tell(talk, other, piece);
  }
  return talk;
}

/** Pieces read so that they can be sent. */
function loads(effects: readonly SwarmEffect[]): number[] {
  return of(effects, "load").map(({ piece }) => piece);
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
    const talk = soleSeed(MANY);
    ask(talk, A, 1, 2);
    tell(talk, A, 1);
    expect(ask(talk, A, 3)).toEqual([3]);
    expect(ask(talk, B, 3)).toEqual([]);
    expect(told(tell(talk, B, 1), A)).toEqual([3]);
  });

  it("lets who has just passed on hold one more while the uplink idles, and no other", () => {
    const talk = soleSeed(MANY);
    give(talk, A, 1);
    tell(talk, B, 1);
    expect([give(talk, A, 2), give(talk, A, 3)]).toEqual([[], []]);
    expect(ask(talk, A, 4)).toEqual([4]);
    const idler = soleSeed(MANY);
    give(idler, A, 1);
    expect(ask(idler, A, 2)).toEqual([2]);
    const busy = soleSeed(MANY);
    give(busy, A, 1);
    tell(busy, B, 1);
    give(busy, A, 2);
    ask(busy, B, 3);
    expect(ask(busy, A, 4)).toEqual([4]);
  });

  it("keeps nothing from anybody for the sake of a peer that gains nothing", () => {
    const talk = soleSeed(MANY);
    ask(talk, B, 1);
    ask(talk, A, 2);
    tell(talk, A, 2);
    talk.wait(4_500);
    expect(ask(talk, A, 3, 4)).toEqual([3, 4]);
    expect(told(talk.wait(1_000), A)).toContain(3);
    expect(ask(talk, A, 3, 4)).toEqual([]);
  });
});

describe("a sole seed among few peers", () => {
  it("keeps what a peer asks for that passes nothing on, and serves it when that does", () => {
    const talk = hoarding();
    const effects = request(talk, A, 3);
    expect([refused(effects, A), loads(effects)]).toEqual([[], []]);
    expect(loads(tell(talk, B, 1))).toEqual([3]);
  });

  it("promises what it keeps to nobody, so that another may have it", () => {
    const talk = hoarding();
    request(talk, A, 3);
    const effects = request(talk, B, 3);
    expect([loads(effects), refused(effects, A)]).toEqual([[3], [3]]);
  });

  it("serves one piece that it would keep when its line stands idle", () => {
    const talk = soleSeed();
    deliver(talk, A, 1);
    const effects = request(talk, A, 3, 4);
    expect([refused(effects, A), loads(effects)]).toEqual([[], [3]]);
  });

  it("keeps what a peer asks for that passes on much more slowly than another", () => {
    const effects = request(passing(250), B, 3);
    expect([refused(effects, B), loads(effects)]).toEqual([[], []]);
    expect(loads(request(passing(150), B, 3))).toEqual([3]);
    expect(loads(request(passing(250), A, 3))).toEqual([3]);
    expect(loads(request(passing(250, MANY), B, 3))).toEqual([3]);
  });

  it("serves the slow one as well once the fast one gains nothing", () => {
    const talk = passing(250);
    talk.wait(5_000);
    expect(loads(request(talk, B, 3))).toEqual([3]);
  });

  it("refuses after a second what it still keeps, and tells of it again later", () => {
    const talk = hoarding();
    request(talk, A, 3);
    expect(refused(talk.wait(750), A)).toEqual([]);
    expect(refused(talk.wait(500), A)).toEqual([3]);
    expect(told(talk.wait(10_000), A)).toContain(3);
  });

  it("drops what is cancelled, and what a peer leaves behind", () => {
    const talk = hoarding();
    request(talk, A, 3, 4);
    const cancelled = talk.say(A, { type: "cancel", share: 7, blocks: [[3, 0, 64 * KIB]] });
    expect(refused(cancelled, A)).toEqual([3]);
    talk.input({ type: "link-down", peer: A });
    expect(refused(talk.wait(2_000), A)).toEqual([]);
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
