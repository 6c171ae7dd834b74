import { describe, expect, test } from "vitest";
import type { OverlayLink } from "../../../packages/client/src/api.ts";
import type { LookupTrace } from "../src/logic/lookup-trace.ts";
import * as facts from "../src/logic/network-facts.ts";
import { FakeOverlay } from "./fake-overlay.ts";

const [first] = new FakeOverlay("ab".repeat(32), 1).view().links;
const link = (fields: Partial<OverlayLink>) => ({ ...first, ...fields }) as OverlayLink;

describe("the size of the network", () => {
  const of = (links: number) => facts.sizeFact(new FakeOverlay("ab".repeat(32), links).view()).value;
  test("is counted while it is small and estimated coarsely when it is not", () => {
    expect([of(0), of(1), of(4)]).toEqual(["Only this tab", "2 tabs", "5 tabs"]);
    expect(of(30)).toBe("About 1,200 tabs");
  });
});

describe("the budget of connections", () => {
  test("warns when the overlay begins to save, and says what to do at the end", () => {
    expect(facts.connectionsFact(349, 500).low).toBe(false);
    expect(facts.connectionsFact(350, 500)).toMatchObject({ low: true, value: "350 of 500" });
    expect(facts.connectionsFact(450, 500).note).toContain("Close this tab");
  });
});

describe("the server", () => {
  test("out of reach matters only to a tab without links", () => {
    expect(facts.serverFact(false, 3).note).toContain("No matter");
    expect(facts.serverFact(false, 0).note).toContain("needed");
    expect(facts.serverFact(true, 0).value).toBe("Reachable");
  });
});

describe("a link", () => {
  test("stands for the overlay, for transfers or for both", () => {
    const nothing = { wanted: false, sibling: false, protected: false };
    expect(facts.purposeOf(link({ ...nothing, transfer: false }))).toBe("Overlay");
    expect(facts.purposeOf(link({ ...nothing, transfer: true }))).toBe("Transfers");
    expect(facts.purposeOf(link({ ...nothing, transfer: true, sibling: true }))).toBe("Both");
  });
  test("is direct or relayed, or not measured yet", () => {
    expect([true, false, null].map((relayed) => facts.routeOf(link({ relayed })))).toEqual([
      "Relayed",
      "Direct",
      "Not measured",
    ]);
  });
  test("has a round trip in whole milliseconds", () => {
    expect([0.4, 23.6, null].map((roundTrip) => facts.roundTripOf(link({ roundTrip })))).toEqual([
      "< 1 ms",
      "24 ms",
      "Not measured",
    ]);
  });
  test("says what the other tab is", () => {
    expect(facts.roleOf(link({ mode: "full", visibility: "visible" }))).toBe("Full");
    expect(facts.roleOf(link({ mode: "leaf", visibility: "hidden" }))).toBe("Leaf, in background");
    expect(facts.roleOf(link({ mode: null, visibility: "frozen" }))).toBe("Not said yet, frozen");
  });
});

test("a bucket covers half of what the one before does", () => {
  expect([0, 1, 2, 3, 9].map((prefix) => facts.partOfIds(prefix).short)).toEqual(["½", "¼", "⅛", "1/16", "1/1024"]);
  expect(facts.partOfIds(40).words).toContain("million");
});

describe("a look-up in words", () => {
  const trace: LookupTrace = {
    serial: 1,
    key: "f".repeat(64),
    asked: [
      { id: "a".repeat(64), hops: 2, answer: "answered" },
      { id: "b".repeat(64), hops: 4, answer: "silent" },
    ],
    running: false,
    nearest: "a".repeat(64),
  };
  test("counts who was asked, who answered and how far it went", () => {
    expect(facts.lookupSentence(trace, "c")).toBe(
      "Key ffffff: 2 tabs asked, 1 answer, the farthest over 2 links. Nearest to the key: aaaaaa.",
    );
  });
  test("does not speak of an end before it", () => {
    expect(facts.lookupSentence({ ...trace, running: true }, "c")).toBe(
      "Looking up key ffffff: 2 tabs asked, 1 answer so far.",
    );
  });
  test("may end at this tab", () => {
    expect(facts.lookupSentence({ ...trace, asked: [] }, "a".repeat(64))).toBe(
      "Key ffffff: 0 tabs asked, 0 answers. Nearest to the key: this tab.",
    );
  });
});
