import { idBytes, providerTag } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { Candidates } from "../src/candidates.ts";
import { Link } from "../src/link.ts";
import { PeerState } from "../src/peer-state.ts";
import { ShareState } from "../src/share-state.ts";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const A = node(1);
const B = node(2);
const SHARE = drawShare({ lengths: sizes(3, 1000) });
const { root } = SHARE;

function fetching(): Conversation {
  const talk = new Conversation(SHARE);
  talk.fetch();
  return talk;
}

describe("joining", () => {
  it("looks for providers at once, then every 5 s while there is none", () => {
    const talk = new Conversation(SHARE);
    expect(of(talk.fetch(), "find-providers")).toHaveLength(1);
    expect(of(talk.wait(15_250), "find-providers")).toHaveLength(3);
    talk.source(A);
    talk.wait(5000);
    expect(of(talk.wait(30_000), "find-providers").length).toBeLessThanOrEqual(1);
  });

  it("dials candidates and joins them as soon as they are linked", () => {
    const talk = fetching();
    const dialled = talk.input({ type: "providers", root, peers: [A, node(0)] });
    expect(of(dialled, "want-link")).toEqual([{ type: "want-link", peer: A, root }]);
    expect(sent(talk.linkUp(A), "join", A)).toHaveLength(1);
  });

  it("joins behind its own hello, once, and measures the path when the link is up", () => {
    const talk = fetching();
    talk.input({ type: "providers", root, peers: [A] });
    const opening = talk.linkOpening(A);
    expect(sent(opening, "join", A)).toHaveLength(1);
    expect(of(opening, "measure")).toEqual([]);
    const up = talk.linkUp(A);
    expect(sent(up, "join", A)).toEqual([]);
    expect(of(up, "measure")).toHaveLength(1);
    const answer = talk.say(A, talk.joinMessage(A));
    expect(of(answer, "drop")).toEqual([]);
    expect(sent(answer, "join", A)).toEqual([]);
  });

  it("measures no round trip by the answer to a join that went out early", () => {
    const share = new ShareState(root, [], false, new Candidates(1), 4);
    const greeting = (isOpening: boolean) => {
      const link = new Link(A, new Uint8Array(32), new Uint8Array(32));
      link.isOpening = isOpening;
      new PeerState(link, share, 0).greeted(400);
      return link.path.greeting;
    };
    expect(greeting(false)).toBe(400);
    expect(greeting(true)).toBe(Number.POSITIVE_INFINITY);
  });

  it("joins anew over another link than the one that was opening, and leaves one that stands alone", () => {
    const talk = fetching();
    talk.input({ type: "providers", root, peers: [A] });
    talk.linkOpening(A);
    talk.linkOpening(B);
    expect(sent(talk.linkUp(A, "another"), "join", A)).toHaveLength(1);
    expect(talk.linkOpening(A)).toEqual([]);
    talk.input({ type: "link-down", peer: A });
    expect(sent(talk.linkOpening(A), "join", A)).toHaveLength(1);
  });

  it("answers a proved join with its own and its have-set", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    expect(talk.linkUp(A)).toEqual([{ type: "measure", peer: A }]);
    const answer = talk.say(A, talk.joinMessage(A));
    expect(sent(answer, "join", A)).toHaveLength(1);
    expect(sent(answer, "have", A)[0]!.pieces).toEqual({ ranges: [[0, 3]] });
  });

  it("answers an unknown tag and a bad proof alike, with leave", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    talk.linkUp(A);
    const join = talk.joinMessage(A);
    for (const bad of [
      { ...join, proof: new Uint8Array(32) },
      { ...join, tag: new Uint8Array(32) },
    ]) {
      expect(talk.say(A, bad)).toEqual([{ type: "send", peer: A, message: { type: "leave", share: 0, tag: bad.tag } }]);
    }
  });

  it("refuses its own proof reflected", () => {
    const talk = fetching();
    talk.input({ type: "providers", root, peers: [A] });
    const [mine] = sent(talk.linkUp(A), "join");
    expect(sent(talk.say(A, mine!), "leave", A)).toHaveLength(1);
  });

  it("tries a peer that refused again after a while", () => {
    const talk = fetching();
    talk.input({ type: "providers", root, peers: [A] });
    talk.linkUp(A);
    talk.say(A, { type: "leave", share: 0, tag: providerTag(root) });
    expect(sent(talk.wait(20_000), "join", A)).toEqual([]);
    expect(sent(talk.wait(15_000), "join", A)).toHaveLength(1);
  });

  it("joins at once, when it takes part, a peer that asked before with a proof that holds", () => {
    const talk = new Conversation(SHARE);
    for (const peer of [A, B]) talk.linkUp(peer);
    talk.say(A, talk.joinMessage(A));
    talk.say(B, { ...talk.joinMessage(B), proof: new Uint8Array(32) });
    const added = talk.seed();
    expect(sent(added, "join", A)).toHaveLength(1);
    expect(sent(added, "join", B)).toEqual([]);
    const answer = talk.say(A, talk.joinMessage(A, 8));
    expect(sent(answer, "have", A)).toHaveLength(1);
    expect(sent(answer, "join", A)).toEqual([]);
  });

  it("joins the same peers again when it is resumed", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    talk.join(A);
    talk.input({ type: "pause", root });
    expect(sent(talk.input({ type: "resume", root }), "join", A)).toHaveLength(1);
    expect(sent(talk.say(A, talk.joinMessage(A, 8)), "have", A)).toHaveLength(1);
    expect(of(talk.effects, "drop")).toEqual([]);
  });

  it("keeps its links under the cap and gives up those that do not come", () => {
    const talk = new Conversation(SHARE, { wantedLinks: 2 });
    talk.fetch();
    const dialled = talk.input({ type: "providers", root, peers: [1, 2, 3, 4].map(node) });
    expect(of(dialled, "want-link").map((effect) => effect.peer)).toEqual([node(1), node(2)]);
    const later = talk.wait(31_000);
    expect(of(later, "release-link").map((effect) => effect.peer)).toEqual([node(1), node(2)]);
    expect(of(later, "want-link").map((effect) => effect.peer)).toEqual([node(3), node(4)]);
  });

  it("tries everybody before it tries those again that did not come", () => {
    const talk = new Conversation(SHARE, { wantedLinks: 2 });
    talk.fetch();
    talk.input({ type: "providers", root, peers: [1, 2, 3, 4, 5, 6, 7].map(node) });
    const tried = of(talk.wait(100_000), "want-link").map((effect) => effect.peer);
    expect(tried.slice(0, 5)).toEqual([3, 4, 5, 6, 7].map(node));
  });

  it("tells newcomers about others and dials whom it is told", () => {
    const talk = fetching();
    talk.join(A);
    talk.effects = [];
    talk.join(B);
    expect(sent(talk.effects, "peers", B)[0]!.ids).toEqual([idBytes(A)]);
    const told = talk.say(B, { type: "peers", share: 7, ids: [idBytes(node(9))] });
    expect(of(told, "want-link").map((effect) => effect.peer)).toEqual([node(9)]);
  });

  it("releases links once complete, but not those that others use", () => {
    const talk = fetching();
    talk.input({ type: "providers", root, peers: [A, B] });
    talk.source(B, [[0, 1]]);
    talk.say(B, { type: "interested", share: 7 });
    for (const range of asked(talk.effects)) talk.block(B, range);
    talk.source(A);
    for (const range of asked(talk.effects, A)) talk.block(A, range);
    for (const piece of [0, 1, 2]) talk.verified(piece);
    expect(of(talk.effects, "complete")).toHaveLength(1);
    expect(of(talk.effects, "release-link").map((effect) => effect.peer)).toEqual([A]);
    expect(of(talk.say(B, { type: "notinterested", share: 7 }), "release-link")).toEqual([]);
    expect(of(talk.wait(250), "release-link").map((effect) => effect.peer)).toEqual([B]);
  });

  it("counts whole copies among linked peers, and no longer those of peers that are gone", () => {
    const talk = fetching();
    const copies = () => talk.swarm.view(root)!.copies;
    talk.source(A);
    talk.source(B, [[0, 2]]);
    expect(copies()).toBe(1);
    talk.say(B, { type: "have", share: 7, pieces: { ranges: [[2, 1]] } });
    expect(copies()).toBe(2);
    talk.say(A, { type: "donthave", share: 7, pieces: { ranges: [[1, 1]] } });
    expect(copies()).toBe(1);
    talk.input({ type: "link-down", peer: A });
    talk.input({ type: "link-down", peer: B });
    expect(copies()).toBe(0);
  });

  it("ends a link whose peer joins twice or claims pieces beyond the share", () => {
    const talk = fetching();
    talk.join(A);
    expect(of(talk.say(A, talk.joinMessage(A, 8)), "drop")[0]!.reason).toBe("joined-twice");
    talk.join(B);
    const beyond = talk.say(B, { type: "have", share: 7, pieces: { ranges: [[0, 4]] } });
    expect(of(beyond, "drop")[0]!.reason).toBe("bad-piece-range");
  });
});
