import { createMemoryStore } from "@starling/store";
import { expect, test } from "vitest";
import { asStoredShare } from "../src/record.ts";
import { ShareModel } from "../src/share-model.ts";
import { Traffic } from "../src/traffic.ts";

const counts = (bytesDownloaded: number, bytesUploaded: number) => ({ bytesDownloaded, bytesUploaded });

test("totals go on from what was counted before, join after join", () => {
  const traffic = new Traffic();
  expect(traffic.totals(null)).toEqual(counts(0, 0));
  traffic.begin(counts(100, 10));
  expect(traffic.totals(counts(5, 7))).toEqual(counts(105, 17));
  traffic.begin(traffic.totals(counts(5, 7)));
  expect(traffic.totals(null)).toEqual(counts(105, 17));
  expect(traffic.totals(counts(1, 0))).toEqual(counts(106, 17));
});

test("totals are written when they changed, and at most every five seconds", () => {
  const traffic = new Traffic();
  expect(traffic.isDue(counts(1, 0), counts(1, 0), 0)).toBe(false);
  expect(traffic.isDue(counts(2, 0), counts(1, 0), 10)).toBe(true);
  expect(traffic.isDue(counts(3, 0), counts(2, 0), 5009)).toBe(false);
  expect(traffic.isDue(counts(3, 1), counts(2, 0), 5010)).toBe(true);
});

/** A record as the first version of the page wrote it. */
const OLD = { id: "s", hashes: null, data: { v: 1, secret: new Uint8Array(32), title: "old", wanted: [], hints: [] } };

test("a record without totals begins at nothing", () => {
  expect(asStoredShare(OLD)?.data).toMatchObject({ title: "old", ...counts(0, 0), noRoom: false });
});

test("a tab that only follows never forgets what another tab counted", () => {
  const model = new ShareModel("s", asStoredShare(OLD)!.data, createMemoryStore());
  model.followTotals(counts(50, 5));
  model.followTotals(counts(20, 9));
  expect(model.data).toMatchObject(counts(50, 9));
});
