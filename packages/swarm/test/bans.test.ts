import { describe, expect, it } from "vitest";
import { asked, Conversation, of } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const B = node(2);
const SHARE = drawShare({ lengths: sizes(1, 128 * KIB) });
const FIRST = [0, 0, 64 * KIB] as const;
const SECOND = [0, 64 * KIB, 64 * KIB] as const;
const LIES = new Uint8Array(128 * KIB);

function fetching(): Conversation {
  const talk = new Conversation(SHARE);
  talk.fetch();
  return talk;
}

describe("a piece that fails its hash", () => {
  it("bans its only sender, and fails when no other source is left", () => {
    const talk = fetching();
    talk.source(A);
    talk.block(A, FIRST, LIES);
    talk.block(A, SECOND, LIES);
    const effects = talk.verified(0, false);
    expect(of(effects, "drop")).toEqual([{ type: "drop", peer: A, reason: "wrong-bytes", ban: true }]);
    expect(of(effects, "failed")).toEqual([{ type: "failed", root: SHARE.root, reason: "no-honest-source" }]);
    talk.linkUp(A);
    expect(talk.say(A, talk.joinMessage(A)).map((effect) => effect.type)).toEqual(["send"]);
  });

  it("is fetched whole from one of several senders, whose bytes then tell who lied", () => {
    const talk = fetching();
    talk.source(A);
    talk.source(B);
    expect(asked(talk.effects, B)).toEqual([SECOND]);
    // Nobody is so slow that the other would be asked too.
    talk.now += 600;
    talk.block(A, FIRST);
    const again = talk.block(B, SECOND, LIES);
    expect(of(again, "verify")).toHaveLength(1);
    talk.effects = [];
    const effects = talk.verified(0, false);
    expect(of(effects, "drop")).toEqual([]);
    const peers = [A, B].filter((peer) => asked(effects, peer).length > 0);
    expect(peers).toEqual([A]);
    for (const range of [FIRST, SECOND]) talk.block(A, range);
    const good = talk.verified(0);
    expect(of(good, "drop")).toEqual([{ type: "drop", peer: B, reason: "wrong-bytes", ban: true }]);
    expect(of(good, "complete")).toHaveLength(1);
  });

  it("bans the liar when it is asked for the whole piece", () => {
    const talk = fetching();
    talk.source(A);
    talk.source(B);
    talk.now += 600;
    talk.block(A, FIRST, LIES);
    talk.block(B, SECOND);
    talk.verified(0, false);
    for (const range of [FIRST, SECOND]) talk.block(A, range, LIES);
    const effects = talk.verified(0, false);
    expect(of(effects, "drop").map((effect) => effect.peer)).toEqual([A]);
    expect(of(effects, "failed")).toEqual([]);
    expect(asked(effects, B).length).toBeGreaterThan(0);
  });
});
