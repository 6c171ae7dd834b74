import { describe, expect, it } from "vitest";
import { nextSlots, optimisticSlots } from "../src/slots.ts";
import { Conversation, sent } from "./conversation.ts";
import { drawShare, node, sizes } from "./drawn-share.ts";

const KIB = 1024;
const USE = { slots: 4, waiting: true, room: null, rate: 100 * KIB };

describe("upload slots", () => {
  it.each([
    ["stay while nobody knows of room", USE, 4],
    ["grow by one where the uplink has room", { ...USE, room: true }, 5],
    ["stay while nobody waits", { ...USE, room: true, waiting: false }, 4],
    ["stay where the uplink is full", { ...USE, room: false }, 4],
    ["shrink when they are thin", { ...USE, room: false, rate: KIB }, 3],
    ["shrink no further than to three", { ...USE, slots: 3, room: false, rate: KIB }, 3],
    ["grow no further than to sixteen", { ...USE, slots: 16, room: true }, 16],
  ])("%s", (_, use, expected) => {
    expect(nextSlots(use)).toBe(expected);
  });

  it("bring one optimistic slot for each five, and at least one", () => {
    expect([3, 4, 5, 9, 10, 16].map(optimisticSlots)).toEqual([1, 1, 1, 1, 2, 3]);
  });
});

describe("a peer that comes back", () => {
  const share = drawShare({ lengths: sizes(40, 64 * KIB) });

  /** A seed with nine interested peers, after a round of its choker in which nobody took anything. */
  function crowd(): Conversation {
    const talk = new Conversation(share);
    talk.seed();
    for (let i = 1; i <= 9; i++) {
      talk.join(node(i));
      talk.say(node(i), { type: "interested", share: 7 });
    }
    return talk;
  }

  it("keeps what it took and gave", () => {
    const talk = crowd();
    talk.say(node(1), { type: "request", share: 7, blocks: [[3, 0, 64 * KIB]], samples: [] });
    talk.input({ type: "loaded", root: share.root, piece: 3, bytes: share.pieces[3]! });
    const taken = () => talk.swarm.view(share.root)!.peers.find(({ peer }) => peer === node(1))!.bytesUploaded;
    expect(taken()).toBe(64 * KIB);
    talk.input({ type: "link-down", peer: node(1) });
    talk.join(node(1));
    expect(taken()).toBe(64 * KIB);
  });

  it("waits behind those who waited before", () => {
    const talk = crowd();
    talk.wait(1000);
    const freed = talk.input({ type: "link-down", peer: node(1) });
    expect(sent(freed, "unchoke", node(6))).toHaveLength(1);
    talk.join(node(1));
    talk.say(node(1), { type: "interested", share: 7 });
    const next = talk.wait(31_000);
    const unchoked = [6, 7, 8, 9, 1].filter((i) => sent(next, "unchoke", node(i)).length > 0);
    expect(unchoked).toEqual([7, 8, 9, 1]);
  });
});
