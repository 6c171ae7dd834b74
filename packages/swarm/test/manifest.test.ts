import { MANIFEST_CHUNK, rootOf, type SwarmMessage } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const A = node(1);
const B = node(2);
/** Its manifest takes several chunks. */
const SHARE = drawShare({ lengths: sizes(6000, 20) });
const { root, manifest } = SHARE;

function opening(): Conversation {
  const talk = new Conversation(SHARE);
  talk.input({ type: "add", root, manifest: null, have: null, wanted: [[0, 1]], paused: false });
  return talk;
}

/** Joins a peer that has everything; the answer to its have-set. */
function holder(talk: Conversation, peer = A) {
  talk.join(peer);
  return talk.say(peer, { type: "have", share: 7, pieces: { ranges: [[0, SHARE.pieces.length]] } });
}

function chunk(offset: number, bytes = manifest): SwarmMessage {
  const part = bytes.subarray(offset, offset + MANIFEST_CHUNK);
  return { type: "manifest", share: 7, offset, total: bytes.length, bytes: part };
}

function answerAll(talk: Conversation, peer: typeof A, bytes = manifest) {
  const queue = sent(talk.effects, "manifest-request", peer).map((message) => message.offset);
  talk.effects = [];
  const out = [];
  for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
    const effects = talk.say(peer, chunk(offset, bytes));
    out.push(...effects);
    queue.push(...sent(effects, "manifest-request", peer).map((message) => message.offset));
    expect(queue.length).toBeLessThanOrEqual(8);
  }
  return out;
}

describe("fetching the manifest", () => {
  it("asks whoever has it, at most eight chunks at once, and goes on with what is wanted", () => {
    const talk = opening();
    talk.join(B);
    expect(sent(holder(talk), "manifest-request", A)).toMatchObject([{ share: 1, offset: 0 }]);
    const effects = answerAll(talk, A);
    expect(rootOf(of(effects, "manifest")[0]!.bytes)).toBe(root);
    expect(sent(effects, "have", B)[0]!.pieces).toEqual({ ranges: [] });
    expect(asked(talk.say(A, { type: "unchoke", share: 7 }))).toEqual([[0, 0, 20]]);
  });

  it("asks and shows interest together with its own join, so that one round trip brings list and unchoke", () => {
    const talk = opening();
    talk.input({ type: "providers", root, peers: [A] });
    const first = talk.linkUp(A).flatMap((effect) => (effect.type === "send" ? [effect.message.type] : []));
    expect(first).toEqual(["join", "interested", "manifest-request"]);
    const seed = new Conversation(SHARE);
    seed.seed();
    seed.join(B);
    const request = seed.say(B, { type: "manifest-request", share: 7, offset: 0 });
    expect(sent(request, "manifest", B)).toHaveLength(1);
    expect(sent(seed.say(B, { type: "interested", share: 7 }), "unchoke", B)).toHaveLength(1);
  });

  it("turns to whoever has the manifest from a peer that was asked on trust, and blames that for nothing", () => {
    const talk = opening();
    talk.input({ type: "providers", root, peers: [B] });
    talk.linkUp(B);
    talk.say(B, talk.joinMessage(B));
    expect(sent(holder(talk), "manifest-request", A)).toHaveLength(1);
    expect(sent(answerAll(talk, A), "notinterested", B)).toHaveLength(1);
    const alone = opening();
    alone.input({ type: "providers", root, peers: [B] });
    alone.linkUp(B);
    alone.say(B, alone.joinMessage(B));
    expect(of(alone.wait(60_000), "drop")).toEqual([]);
  });

  it("bans who sends another manifest, and asks somebody else", () => {
    const talk = opening();
    holder(talk);
    holder(talk, B);
    const forged = manifest.slice();
    forged[100]! ^= 1;
    const effects = answerAll(talk, A, forged);
    expect(of(effects, "drop")).toEqual([{ type: "drop", peer: A, reason: "wrong-manifest", ban: true }]);
    expect(sent(effects, "manifest-request", B)).toHaveLength(1);
  });

  it("asks somebody else when the peer is silent or gone", () => {
    const talk = opening();
    holder(talk);
    holder(talk, B);
    expect(sent(talk.wait(10_500), "manifest-request", B)).toHaveLength(1);
    expect(sent(talk.input({ type: "link-down", peer: B }), "manifest-request", A)).toHaveLength(1);
  });

  it("ends the link on a total that changes or a chunk of the wrong length", () => {
    const talk = opening();
    holder(talk);
    const short = { ...chunk(0), bytes: manifest.subarray(0, 100) } as SwarmMessage;
    expect(of(talk.say(A, short), "drop")[0]!.reason).toBe("manifest-chunk");
  });

  it("ignores chunks that it did not ask for", () => {
    const talk = opening();
    holder(talk);
    expect(talk.say(A, chunk(MANIFEST_CHUNK))).toEqual([]);
  });
});

describe("serving the manifest", () => {
  it("sends the chunk asked for", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    talk.join(A);
    const effects = talk.say(A, { type: "manifest-request", share: 7, offset: MANIFEST_CHUNK });
    expect(sent(effects, "manifest", A)[0]!.bytes).toEqual(manifest.subarray(MANIFEST_CHUNK, 2 * MANIFEST_CHUNK));
  });

  it("ends the link on an offset that no chunk has", () => {
    const talk = new Conversation(SHARE);
    talk.seed();
    talk.join(A);
    expect(of(talk.say(A, { type: "manifest-request", share: 7, offset: 5 }), "drop")).toHaveLength(1);
  });
});
