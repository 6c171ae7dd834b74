import { expect, test } from "vitest";
import { missingRequirement } from "../src/requirements.ts";

const all = { secure: true, webCrypto: true, indexedDb: true, webRtc: true };

test("a browser with everything starts", () => expect(missingRequirement(all)).toBeNull());

test.each([
  [{ secure: false, webCrypto: false }, /https/],
  [{ webRtc: false }, /WebRTC/],
  [{ indexedDb: false }, /site data/],
])("%o is answered with what to do", (lacking, sentence) => {
  expect(missingRequirement({ ...all, ...lacking })).toMatch(sentence);
});
