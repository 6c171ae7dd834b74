import type { BlockRange, PieceSet, SwarmMessage } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";
import { holds, SimulatedSwarm } from "./swarm-host.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);
const SMALL = drawShare({ lengths: sizes(40, 128 * KIB) });
const MANY = drawShare({ lengths: sizes(6000, 64), seed: 3 });

/** A seed of many pieces with two peers that it serves. */
function seeding(): Conversation {
  const talk = new Conversation(MANY);
  talk.seed();
  for (const peer of [A, B]) {
    talk.join(peer);
    talk.say(peer, { type: "interested", share: 7 });
  }
  return talk;
}

function request(talk: Conversation, peer: typeof A, first: number, count: number) {
  const blocks = Array.from({ length: count }, (_, i): BlockRange => [first + i, 0, 64]);
  return talk.say(peer, { type: "request", share: 7, blocks, samples: [] });
}

describe("a peer that floods", () => {
  it("has no more than its queue of requests kept, and every other one rejected at once", () => {
    const talk = seeding();
    let rejected = 0;
    for (let first = 0; first < 6000; first += 200) {
      const effects = request(talk, A, first, 200);
      rejected += sent(effects, "reject", A).reduce((sum, { blocks }) => sum + blocks.length, 0);
    }
    expect(rejected).toBe(6000 - 2048);
    expect(of(talk.effects, "drop")).toEqual([]);
  });

  it("does not keep another peer from being served", () => {
    const talk = seeding();
    for (let first = 0; first < 2000; first += 200) request(talk, A, first, 200);
    const effects = request(talk, B, 5000, 1);
    expect(of(effects, "load")).toEqual([{ type: "load", root: MANY.root, piece: 5000 }]);
    const loaded = talk.input({ type: "loaded", root: MANY.root, piece: 5000, bytes: MANY.pieces[5000]! });
    expect(of(loaded, "send-block").map(({ peer }) => peer)).toEqual([B]);
  });

  it("is dropped at the first block that nobody asked for", () => {
    const talk = new Conversation(SMALL);
    talk.fetch([[0, 1]]);
    talk.source(A);
    expect(of(talk.block(A, [20, 0, 64 * KIB]), "drop")).toMatchObject([{ peer: A, reason: "unrequested-block" }]);
    expect(talk.block(A, [20, 64 * KIB, 64 * KIB])).toEqual([]);
  });

  it("changes nothing by saying the same thing ten thousand times", () => {
    const talk = seeding();
    const { memory } = talk.swarm;
    const before = { ...memory };
    talk.effects = [];
    for (let i = 0; i < 10_000; i++) talk.say(A, { type: "have", share: 7, pieces: { ranges: [[0, 10]] } });
    expect(talk.effects).toEqual([]);
    expect({ ...talk.swarm.memory }).toEqual(before);
  });
});

describe("a peer that names whole shares in a few bytes", () => {
  const ALL = { ranges: [[0, 6000]] } satisfies PieceSet;
  const HALF = { ranges: [[1, 3000]] } satisfies PieceSet;
  const have = (pieces: PieceSet): SwarmMessage => ({ type: "have", share: 7, pieces });
  const donthave = (pieces: PieceSet): SwarmMessage => ({ type: "donthave", share: 7, pieces });

  /** Says these over and over; returns how many rounds the link lasted, at most 2000. */
  function rounds(...messages: ((talk: Conversation) => SwarmMessage)[]): number {
    const talk = seeding();
    for (let round = 0; round < 2000; round++) {
      const effects = messages.flatMap((message) => talk.say(A, message(talk)));
      const [drop] = of(effects, "drop");
      if (drop === undefined) continue;
      expect(drop).toMatchObject({ peer: A, reason: "piece-set-flood", ban: false });
      expect(talk.say(A, have(ALL))).toEqual([]);
      return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  // 16 times the largest share, by pieces.
  const STEPS = 16 * 65_536;

  it.each<[string, number, ((talk: Conversation) => SwarmMessage)[]]>([
    ["claims and withdraws everything", 6000, [() => have(ALL), () => donthave(ALL)]],
    ["claims half of it again and again", 3000, [() => have(HALF)]],
    ["withdraws what it never had", 3000, [() => donthave(HALF)]],
    [
      "claims half of it, leaves and joins",
      3000,
      [() => have(HALF), () => ({ type: "leave", share: 7 }), (talk) => talk.joinMessage(A)],
    ],
  ])("is dropped when it %s", (_, pieces, messages) => {
    const lasted = rounds(...messages);
    expect(lasted).toBeGreaterThanOrEqual(Math.floor(STEPS / pieces) - 1);
    expect(lasted).toBeLessThanOrEqual(Math.ceil(STEPS / pieces) + 1);
  });

  it("may do so now and then", () => {
    const talk = seeding();
    for (let round = 0; round < 400; round++) {
      talk.now += 1000;
      for (const message of [have(ALL), donthave(ALL)]) talk.say(A, message);
    }
    expect(of(talk.effects, "drop")).toEqual([]);
  });
});

describe("a peer that trickles", () => {
  it.each([
    ["a byte a second", 1],
    ["a block in half a minute", 2000],
  ])("with %s does not hold up a swarm with an honest seed", (_, up) => {
    const swarm = new SimulatedSwarm(12);
    const slow = swarm.add({ number: 1, rates: { up, down: 10e6 } });
    const [seed, leech] = [swarm.add({ number: 2 }), swarm.add({ number: 3 })];
    swarm.seed(slow, SMALL);
    swarm.seed(seed, SMALL);
    swarm.leech(leech, SMALL);
    expect(swarm.simulation.run(60_000, () => leech.completeAt.has(SMALL.root))).toBe(true);
    swarm.simulation.run(swarm.simulation.now + 100, () => false);
    expect(holds(leech, SMALL)).toBe(true);
    expect(leech.completeAt.get(SMALL.root)).toBeLessThan(15_000);
    // At a byte a second not even its join comes through.
    expect(slow.sentBytes > 0).toBe(up > 1);
  });

  it("is fetched from when there is nobody else", () => {
    const share = drawShare({ lengths: sizes(4, 128 * KIB), seed: 9 });
    const swarm = new SimulatedSwarm(13);
    const slow = swarm.add({ number: 1, rates: { up: 8000, down: 10e6 } });
    const leech = swarm.add({ number: 2 });
    swarm.seed(slow, share);
    swarm.leech(leech, share);
    expect(swarm.simulation.run(90_000, () => leech.completeAt.has(share.root))).toBe(true);
    expect(leech.dropped).toEqual([]);
  });
});
