import { describe, expect, it } from "vitest";
import { Conversation, of } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const A = node(1);
const SHARE = drawShare({ lengths: sizes(40, 64 * KIB) });

/** How often a link is measured in ten seconds in which it sends, while its channels always hold so much. */
function whileSending({ roundTripMs, queuedBytes }: { roundTripMs: number; queuedBytes: number }): number {
  const talk = new Conversation(SHARE);
  talk.seed();
  talk.join(A);
  talk.say(A, { type: "interested", share: 7 });
  talk.wait(2000);
  talk.input({ type: "path", peer: A, roundTripMs });
  let count = 0;
  for (let piece = 0; piece < 40; piece++) {
    const request = { type: "request", share: 7, blocks: [[piece, 0, 64 * KIB]], samples: [] } as const;
    talk.input({ type: "message", peer: A, message: request, queuedBytes });
    talk.input({ type: "loaded", root: SHARE.root, piece, bytes: SHARE.pieces[piece] ?? null });
    count += of(talk.wait(250), "measure").length;
  }
  return count;
}

describe("measuring the path of a link", () => {
  it("is done when the link is up, and once more when it is calm", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    expect(of(talk.linkUp(A), "measure")).toEqual([{ type: "measure", peer: A }]);
    expect(of(talk.wait(1250), "measure")).toHaveLength(0);
    expect(of(talk.wait(10_000), "measure")).toHaveLength(1);
  });

  it("is done again around each trial of lanes", () => {
    expect(whileSending({ roundTripMs: 60, queuedBytes: 64 * KIB })).toBeGreaterThanOrEqual(2);
  });

  it("is not needed where SCTP holds back nothing, nor nearby", () => {
    expect(whileSending({ roundTripMs: 60, queuedBytes: 0 })).toBe(0);
    expect(whileSending({ roundTripMs: 2, queuedBytes: 64 * KIB })).toBe(0);
  });
});
