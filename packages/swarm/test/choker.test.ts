import { describe, expect, it } from "vitest";
import { type ChokerPeer, chooseSlots } from "../src/choker.ts";

const OPTIONS = { now: 100_000, slots: 2, optimistic: 1, seeding: false, random: () => 0 };

function peer(id: string, change: Partial<ChokerPeer<string>> = {}): ChokerPeer<string> {
  const base = {
    unchoked: false,
    since: 0,
    joinedAt: 0,
    given: 0,
    deficit: 0,
    served: 0,
    snubbing: false,
    optimistic: false,
  };
  return { id, ...base, ...change };
}

describe("the choker while fetching", () => {
  it("serves everybody while there are slots for all", () => {
    expect([...chooseSlots([peer("a"), peer("b")], OPTIONS).regular]).toEqual(["a", "b"]);
  });

  it.each([
    ["the best givers", [peer("a", { given: 1 }), peer("b", { given: 3 }), peer("c", { given: 2 })], "b c"],
    [
      "a holder before a challenger that is 10 % better",
      [peer("a", { given: 110 }), peer("b", { given: 100, unchoked: true }), peer("c", { given: 500 })],
      "c b",
    ],
    [
      "a challenger that is 30 % better",
      [peer("a", { given: 130 }), peer("b", { given: 100, unchoked: true }), peer("c", { given: 500 })],
      "c a",
    ],
    ["no peer that stopped sending", [peer("a", { given: 900, snubbing: true }), peer("b"), peer("c")], "b c"],
  ])("gives regular slots to %s", (_, peers, expected) => {
    expect([...chooseSlots(peers, OPTIONS).regular].join(" ")).toBe(expected);
  });

  it("keeps an optimistic slot for 30 s, then moves it", () => {
    const others = [peer("a", { given: 9 }), peer("b", { given: 8 }), peer("new", { joinedAt: 99_000 })];
    const holder = peer("held", { optimistic: true, unchoked: true, since: 80_000 });
    expect([...chooseSlots([...others, holder], OPTIONS).optimistic]).toEqual(["held"]);
    const old = { ...holder, since: 60_000 };
    expect([...chooseSlots([...others, old], OPTIONS).optimistic]).toEqual(["new"]);
  });

  it("draws new peers three times as often", () => {
    const peers = [peer("a", { given: 9 }), peer("b", { given: 8 }), peer("old"), peer("new", { joinedAt: 99_000 })];
    const drawn = [0, 1, 2, 3].map((i) => [...chooseSlots(peers, { ...OPTIONS, random: () => i / 4 }).optimistic][0]);
    expect(drawn).toEqual(["old", "new", "new", "new"]);
  });

  it("draws peers that took more than they gave less often", () => {
    const debtor = peer("debtor", { deficit: 24 });
    const peers = [peer("a", { given: 9 }), peer("b", { given: 8 }), debtor, peer("fair")];
    const drawn = [0.1, 0.3, 0.5, 0.7].map(
      (r) => [...chooseSlots(peers, { ...OPTIONS, random: () => r }).optimistic][0],
    );
    expect(drawn).toEqual(["debtor", "fair", "fair", "fair"]);
  });
});

describe("the choker while seeding", () => {
  it("serves in turn, longest wait first, and lets a turn run", () => {
    const peers = [
      peer("mid-turn", { unchoked: true, since: 90_000 }),
      peer("served 20 pieces", { unchoked: true, since: 95_000, served: 20 }),
      peer("served 30 s", { unchoked: true, since: 60_000 }),
      peer("waits", { since: 50_000 }),
      peer("waits longest", { since: 40_000 }),
    ];
    const chosen = chooseSlots(peers, { ...OPTIONS, seeding: true });
    expect([...chosen.regular]).toEqual(["mid-turn", "waits longest", "waits"]);
  });
});
