import type { BlockRange, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { asked, Conversation, of } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const [A, B, C] = [node(1), node(2), node(3)];
const PIECES = 16;
const SHARE = drawShare({ lengths: sizes(PIECES, 64 * KIB) });

/** A receiver whose uplink carries one block at a time; A gave it twelve pieces, B three. */
function receiver(): Conversation {
  const talk = new Conversation(SHARE, { uplinkStartBytes: KIB });
  talk.fetch();
  give(talk, A, [0, 12]);
  give(talk, B, [12, 3]);
  talk.join(C);
  return talk;
}

function give(talk: Conversation, peer: NodeId, pieces: readonly [number, number]): void {
  for (let blocks = asked(talk.source(peer, [pieces])); blocks.length > 0; ) {
    const next = blocks.flatMap((range) => asked(talk.block(peer, range)));
    for (const [piece] of blocks) next.push(...asked(talk.verified(piece)));
    blocks = next;
  }
}

/** How many of the next blocks go to each, when both ask for all that there is. */
function nextTo(talk: Conversation, peers: readonly NodeId[], count: number): number[] {
  talk.effects = [];
  const blocks = Array.from({ length: 15 * 8 }, (_, i): BlockRange => [i >> 3, (i & 7) * 8 * KIB, 8 * KIB]);
  for (const peer of peers) {
    talk.say(peer, { type: "interested", share: 7 });
    talk.say(peer, { type: "request", share: 7, blocks, samples: [] });
  }
  const served = () => of(talk.effects, "send-block");
  for (let i = 0; i < count; i++) {
    const latest = served()[i];
    if (latest === undefined) throw new Error("nothing is under way");
    talk.now += 20;
    const samples = [[latest.block.sentAt, 20]] as const;
    talk.say(latest.peer, { type: "request", share: 7, blocks: [], samples });
  }
  const to = served().slice(0, count);
  return peers.map((peer) => to.filter((effect) => effect.peer === peer).length);
}

describe("the uplink of who fetches", () => {
  it("goes to peers in proportion to what they gave", () => {
    const [toA = 0, toB = 0] = nextTo(receiver(), [A, B], 50);
    expect(toA / toB).toBeCloseTo(4, 0);
  });

  it("serves who gave nothing yet a fifth as much as who gave most", () => {
    const [toA = 0, toC = 0] = nextTo(receiver(), [A, C], 60);
    expect(toA / toC).toBeCloseTo(5, 0);
  });

  it("is shared evenly once nothing is left to fetch", () => {
    const [toB = 0, toC = 0] = nextTo(seed(), [B, C], 50);
    expect(toB).toBe(toC);
  });
});

/** The same when the last piece has come. */
function seed(): Conversation {
  const talk = receiver();
  give(talk, C, [15, 1]);
  return talk;
}
