import { expect, test } from "vitest";
import type { ShareState } from "../src/api.ts";
import { type Situation, statusOf } from "../src/status.ts";

const calm: Situation = {
  state: "waiting",
  error: null,
  mine: false,
  isReachable: true,
  peers: 0,
  sending: 0,
  listed: false,
  locked: false,
  noRoom: false,
};

test("a status says what is happening, with the right number", () => {
  expect(statusOf({ ...calm, peers: 0 })).toBe("Looking for the sender's browser…");
  expect(statusOf({ ...calm, state: "downloading", peers: 3 })).toBe("Connected to 3 peers");
  expect(statusOf({ ...calm, state: "seeding", peers: 2, sending: 1 })).toBe("Sending to 1 peer");
  expect(statusOf({ ...calm, isReachable: false })).toBe("Looking for the server…");
});

test("who is linked to a sender without the files is told what has to happen", () => {
  expect(statusOf({ ...calm, peers: 1, listed: true })).toMatch(/sender may have to choose them again/);
  expect(statusOf({ ...calm, peers: 1 })).toBe("Connected. Getting the list of files…");
});

test("a share that found no room for a copy says so, whatever else happens", () => {
  for (const peers of [0, 2])
    expect(statusOf({ ...calm, mine: true, state: "seeding", peers, noRoom: true })).toMatch(
      /^(Ready|Connected).*\. This browser had no room for a copy/,
    );
});

test("who has to choose files again is told why", () => {
  const asking: Situation = { ...calm, mine: true, state: "needs-files" };
  expect(statusOf({ ...asking, listed: true })).toMatch(/kept no copy .* others see only the list/);
  expect(statusOf(asking)).toMatch(/closed before these files were prepared, so they have no link yet/);
});

test("an error is the status, whatever the state", () => {
  expect(statusOf({ ...calm, state: "seeding", error: "The file changed on disk." })).toBe("The file changed on disk.");
});

test("no state is without a sentence", () => {
  const states: ShareState[] = [
    "preparing",
    "seeding",
    "idle",
    "downloading",
    "paused",
    "waiting",
    "complete",
    "needs-files",
    "elsewhere",
    "failed",
  ];
  for (const state of states) expect(statusOf({ ...calm, state })).toMatch(/^[A-Z].{6,}/);
});
