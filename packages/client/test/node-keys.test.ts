import { describe, expect, it } from "vitest";
import { nobleKeys, nodeKeys } from "../src/node-keys.ts";

const SEED = new Uint8Array(32).fill(9);
const TEXT = new TextEncoder().encode("a flock");

describe("node keys", () => {
  it("sign the same on WebCrypto and on the library", async () => {
    const platform = await nodeKeys(SEED);
    const library = await nobleKeys(SEED);
    expect(platform.publicKey).toEqual(library.publicKey);
    expect(await platform.sign(TEXT)).toEqual(await library.sign(TEXT));
  });

  it.each([
    ["WebCrypto", nodeKeys(SEED)],
    ["the library", nobleKeys(SEED)],
  ])("on %s accept a right signature and refuse wrong ones without throwing", async (_, made) => {
    const keys = await made;
    const signature = await keys.sign(TEXT);
    expect(await keys.verify(keys.publicKey, TEXT, signature)).toBe(true);
    expect(await keys.verify(keys.publicKey, TEXT.subarray(1), signature)).toBe(false);
    const stranger = await nobleKeys(new Uint8Array(32));
    expect(await keys.verify(stranger.publicKey, TEXT, signature)).toBe(false);
    expect(await keys.verify(keys.publicKey, TEXT, signature.subarray(1))).toBe(false);
    expect(await keys.verify(new Uint8Array(3), TEXT, signature)).toBe(false);
  });
});
