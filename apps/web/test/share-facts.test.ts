import { describe, expect, test } from "vitest";
import * as facts from "../src/logic/share-facts.ts";
import { type ShareView, viewOf } from "../src/state/share-view.ts";
import { FakeShare, type ShareSeed } from "./fake-share.ts";

const FILES = [
  { path: "a.txt", size: 600, type: "" },
  { path: "b.txt", size: 400, type: "" },
];
const BOTH = ["a.txt", "b.txt"];

function view(seed: Partial<ShareSeed>): ShareView {
  const events = { changed: () => {}, removed: () => {} };
  return viewOf(new FakeShare({ id: "x", title: "T", files: FILES, state: "idle", ...seed }, events), undefined);
}

describe("closing the tab", () => {
  test("the sender holding the only whole copy is told to stay", () => {
    const share = view({ mine: true, state: "seeding", progress: { copies: 1.9 } });
    expect(facts.safetyOf(share)).toMatchObject({ safe: false });
  });
  test("another whole copy makes it safe", () => {
    const share = view({ mine: true, state: "seeding", progress: { copies: 2 } });
    expect(facts.safetyOf(share)).toEqual({ safe: true, text: "Safe to close while another whole copy is online." });
  });
  test("a download may be interrupted, a failed one promises nothing", () => {
    expect(facts.safetyOf(view({ state: "downloading", selection: BOTH }))).toMatchObject({ safe: true });
    expect(facts.safetyOf(view({ state: "failed", selection: BOTH }))).toBeNull();
  });
});

describe("removing", () => {
  test("asks only where received bytes exist nowhere else", () => {
    const received = { state: "complete", progress: { copies: 1 } } as const;
    expect(facts.holdsOnlyCopy(view(received))).toBe(true);
    expect(facts.holdsOnlyCopy(view({ ...received, progress: { copies: 2 } }))).toBe(false);
    expect(facts.holdsOnlyCopy(view({ ...received, mine: true }))).toBe(false);
    expect(facts.holdsOnlyCopy(view({ state: "waiting", progress: { copies: 0 } }))).toBe(false);
  });
});

describe("states", () => {
  test("what finished in another tab counts as complete", () => {
    expect(facts.isComplete(view({ state: "elsewhere", selection: BOTH, done: 1 }))).toBe(true);
    expect(facts.isComplete(view({ state: "elsewhere", selection: BOTH, done: 0.5 }))).toBe(false);
    expect(facts.isComplete(view({ state: "elsewhere" }))).toBe(false);
  });
  test("a link just opened is fresh until something is chosen", () => {
    expect(facts.isFresh(view({}))).toBe(true);
    expect(facts.isFresh(view({ selection: ["a.txt"] }))).toBe(false);
  });
  test("each state offers the button that applies", () => {
    const offered = (["seeding", "paused", "preparing", "elsewhere", "failed"] as const).map((state) =>
      facts.pauseAction(view({ state })),
    );
    expect(offered).toEqual(["Pause", "Resume", null, null, "Resume"]);
  });
});

describe("sentences", () => {
  test("progress shows sizes, rate and time left while it moves, sizes alone while paused", () => {
    const moving = view({
      state: "downloading",
      selection: BOTH,
      done: 0.5,
      progress: { downRate: 100, etaSeconds: 5 },
    });
    expect(facts.progressLine(moving)).toBe("500 B of 1.00 kB · 100 B/s · 5 s left");
    expect(facts.progressLine(view({ state: "paused", selection: BOTH, done: 0.5 }))).toBe("500 B of 1.00 kB");
  });
  test("contents count files, empty folders and bytes", () => {
    expect(facts.contentsOf(view({ folders: ["e"] }))).toBe("2 files, 1 empty folder, 1.00 kB");
  });
  test("nobody being there is told apart from a link that is new or not there yet", () => {
    const own = { mine: true, state: "seeding" } as const;
    expect(facts.noPeersLine(view({ mine: true, state: "preparing" }))).toMatch(/as soon as there is a link/);
    expect(facts.noPeersLine(view({ ...own, progress: { bytesUploaded: 0 } }))).toMatch(
      /Nobody has opened the link yet/,
    );
    expect(facts.noPeersLine(view({ ...own, progress: { bytesUploaded: 1 } }))).toMatch(/No other browser/);
    expect(facts.noPeersLine(view({ state: "waiting" }))).toMatch(/No other browser/);
  });
  test("a share that needs its files says what helps: permission, the same files, and whether the link stands", () => {
    const needy = { ...view({ mine: true, state: "needs-files" }), canReattach: false };
    expect(facts.missingFilesRemedy({ ...needy, canReattach: true })).toMatch(/the browser asks once more/);
    expect(facts.missingFilesRemedy(needy)).toMatch(/the link goes on working/);
    expect(facts.missingFilesRemedy({ ...needy, link: null })).toMatch(/The link appears when they are ready/);
  });
  test("the tab's title shows how far it is", () => {
    const share = view({ state: "downloading", selection: BOTH, done: 0.42 });
    expect(facts.documentTitle(share, "T")).toBe("42 % · T – Starling");
    expect(facts.documentTitle(view({}), "T")).toBe("T – Starling");
  });
  test("a share without a title says what is known", () => {
    const same = (text: string) => text;
    expect(facts.titleOf(view({ title: "", files: [] }), same)).toBe("Waiting for the sender");
    expect(facts.titleOf(view({ title: "" }), same)).toBe("Untitled");
  });
  test("an empty file is here as soon as it is wanted", () => {
    expect(facts.percentByPath([{ path: "e", size: 0, type: "" }], () => 0).get("e")).toBe(100);
  });
});
