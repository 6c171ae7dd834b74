import { describe, expect, it } from "vitest";
import { canShowFiles, troubleSentence, waitingSentence } from "../src/logic/playback.ts";
import type { ShareView } from "../src/state/share-view.ts";

const share = (state: ShareView["state"], peers = 0) =>
  ({ state, peers: Array.from({ length: peers }) }) as unknown as ShareView;

describe("what the viewer says", () => {
  it.each([
    ["idle", 1, null],
    ["idle", 0, /Nobody who has this file is online/],
    ["waiting", 0, /Nobody who has this file is online/],
    ["paused", 1, /Press Resume/],
    ["elsewhere", 0, /another tab/],
    ["failed", 1, /Its page says why/],
  ] as const)("while nothing comes of a share that is %s with %i peers", (state, peers, sentence) => {
    const said = waitingSentence(share(state, peers), false);
    if (sentence === null) expect(said).toBeNull();
    else expect(said).toMatch(sentence);
  });

  it("of a file that is here is never that somebody is missing", () => {
    expect(waitingSentence(share("seeding"), true)).toBeNull();
  });

  it("tells a strange format from a missing source, and what to do", () => {
    expect(troubleSentence("unreadable", "video")).toMatch(/does not know the format.*Save it/);
    expect(troubleSentence("no-source", "audio")).toMatch(/recording could not be read.*try once more/);
    expect(troubleSentence("no-worker", "image")).toMatch(/private window.*save it instead/);
  });

  it("comes up for shares whose files can be read only", () => {
    expect(
      ["idle", "downloading", "seeding", "complete", "preparing", "needs-files"].filter((state) =>
        canShowFiles(share(state as ShareView["state"])),
      ),
    ).toEqual(["idle", "downloading", "seeding", "complete"]);
  });
});
