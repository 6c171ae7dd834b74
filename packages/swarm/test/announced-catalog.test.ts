import type { BlockRange, SwarmMessage } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { asked, Conversation, of, sent } from "./conversation.ts";
import { type DrawnShare, drawShare, node, sizes } from "./drawn-share.ts";

const A = node(1);
const B = node(2);
const KIB = 1024;
const SHARE = drawShare({ lengths: [600, ...sizes(3, 1000)] });
const CATALOG: BlockRange = [0, 0, 600];
const REQUEST: SwarmMessage = { type: "manifest-request", share: 7, offset: 0, catalog: true };

/** A seed that a newcomer has joined. */
function seeding(share: DrawnShare): Conversation {
  const talk = new Conversation(share);
  talk.seed();
  talk.join(A);
  return talk;
}

function manifestOf({ manifest }: DrawnShare): SwarmMessage {
  return { type: "manifest", share: 7, offset: 0, total: manifest.length, bytes: manifest, catalog: true };
}

/** A newcomer that a seed, asked on trust, has unchoked. */
function opening(...others: (typeof B)[]): Conversation {
  const talk = new Conversation(SHARE);
  const { root } = SHARE;
  talk.input({ type: "add", root, manifest: null, have: null, wanted: [], paused: false });
  for (const peer of [A, ...others]) {
    talk.input({ type: "providers", root, peers: [peer] });
    talk.source(peer);
  }
  talk.effects = [];
  return talk;
}

/** Blocks come 200 ms after they were asked for: the first ones, as in SCTP's slow start, one each 200 ms, then one each 30. */
class Line {
  readonly #talk: Conversation;
  readonly #coming: { at: number; block: BlockRange }[] = [];
  #free = 0;
  #count = 0;

  constructor(talk: Conversation) {
    this.#talk = talk;
  }

  ask(blocks: readonly BlockRange[]): void {
    for (const block of blocks) {
      this.#free = Math.max(this.#talk.now + 200, this.#free + (this.#count++ < 8 ? 200 : 30));
      this.#coming.push({ at: this.#free, block });
    }
  }

  /** Until all has come; in ms. */
  run(): number {
    const since = this.#talk.now;
    for (let next = this.#coming.shift(); next !== undefined; next = this.#coming.shift()) {
      this.#talk.now = next.at;
      this.ask(asked(this.#talk.block(A, next.block)));
    }
    return this.#talk.now - since;
  }
}

function wantCatalog(talk: Conversation) {
  return talk.input({ type: "want", root: SHARE.root, wanted: [[0, 1]] });
}

function answers(share: DrawnShare, ask: (talk: Conversation) => void) {
  const talk = seeding(share);
  talk.effects = [];
  ask(talk);
  const { root, pieces } = share;
  for (const { piece } of of(talk.effects, "load"))
    talk.input({ type: "loaded", root, piece, bytes: pieces[piece] ?? null });
  const [manifest] = sent(talk.effects, "manifest", A);
  return { announced: manifest?.catalog, blocks: of(talk.effects, "send-block").map(({ block }) => block.piece) };
}

const askAll = (talk: Conversation) => {
  talk.say(A, { type: "interested", share: 7 });
  talk.say(A, REQUEST);
};

describe("the catalog of a small share", () => {
  it("follows the manifest to whoever would like that", () => {
    expect(answers(SHARE, askAll)).toEqual({ announced: true, blocks: [0] });
  });

  it("does not follow where it is not asked for, or while the peer is choked", () => {
    const { catalog: _, ...plain } = REQUEST as Extract<SwarmMessage, { type: "manifest-request" }>;
    const askPlainly = (talk: Conversation) => {
      talk.say(A, { type: "interested", share: 7 });
      talk.say(A, plain);
    };
    expect(answers(SHARE, askPlainly)).toEqual({ announced: undefined, blocks: [] });
    expect(answers(SHARE, (talk) => talk.say(A, REQUEST))).toEqual({ announced: undefined, blocks: [] });
  });

  it.each([
    ["a longer catalog", drawShare({ lengths: [16 * KIB + 1, 1000] })],
    ["a catalog of two pieces", drawShare({ lengths: [600, 600, 1000], catalogPieces: 2 })],
    ["a longer manifest", drawShare({ lengths: [600, ...sizes(500, 20)] })],
    ["a password", drawShare({ lengths: [600, 1000], hasPassword: true })],
  ])("does not follow with %s", (_, share) => {
    expect(answers(share, askAll)).toEqual({ announced: undefined, blocks: [] });
  });

  it("is sent once, although it is requested before the announcement was read", () => {
    const answer = answers(SHARE, (talk) => {
      askAll(talk);
      talk.say(A, { type: "request", share: 7, blocks: [CATALOG], samples: [] });
      expect(of(talk.effects, "drop")).toEqual([]);
    });
    expect(answer).toEqual({ announced: true, blocks: [0] });
  });
});

describe("an announced catalog", () => {
  it("is taken without a request", () => {
    const talk = opening();
    talk.say(A, manifestOf(SHARE));
    expect(asked(wantCatalog(talk))).toEqual([]);
    const [verify] = of(talk.block(A, CATALOG), "verify");
    expect(verify?.bytes).toEqual(SHARE.pieces[0]);
  });

  it("tells nothing of the time that requests take, which bounds what is asked for at once", () => {
    const share = drawShare({ lengths: [600, ...sizes(60, 64 * KIB)] });
    const talk = new Conversation(share);
    const { root, pieces } = share;
    talk.input({ type: "add", root, manifest: null, have: null, wanted: [], paused: false });
    talk.input({ type: "providers", root, peers: [A] });
    talk.source(A);
    talk.input({ type: "path", peer: A, roundTripMs: 200 });
    talk.say(A, manifestOf(share));
    const line = new Line(talk);
    line.ask(asked(talk.input({ type: "want", root, wanted: [[0, pieces.length]] })));
    talk.now += 5;
    line.ask(asked(talk.block(A, CATALOG)));
    expect(line.run()).toBeLessThan(4_000);
  });

  it("is asked for when the peer rejects it after all", () => {
    const talk = opening();
    talk.say(A, manifestOf(SHARE));
    talk.say(A, { type: "reject", share: 7, blocks: [CATALOG] });
    expect(asked(wantCatalog(talk), A)).toEqual([CATALOG]);
  });

  it("is asked of others when it does not come", () => {
    const talk = opening();
    talk.say(A, manifestOf(SHARE));
    wantCatalog(talk);
    talk.source(B);
    expect(asked(talk.wait(2500), B)).toEqual([CATALOG]);
  });

  it("that nobody wants is passed over, once", () => {
    const talk = opening();
    talk.say(A, manifestOf(SHARE));
    expect(talk.block(A, CATALOG)).toEqual([]);
    expect(of(talk.block(A, CATALOG), "drop")[0]?.reason).toBe("unrequested-block");
  });

  it("may come of a peer whose manifest comes too late, before or after that of another", () => {
    for (const order of [
      [A, B],
      [B, A],
    ]) {
      const talk = opening(B);
      for (const peer of order) talk.say(peer, manifestOf(SHARE));
      wantCatalog(talk);
      for (const peer of order) talk.block(peer, CATALOG);
      expect(of(talk.effects, "drop")).toEqual([]);
      expect(of(talk.effects, "verify")).toHaveLength(1);
    }
  });
});
