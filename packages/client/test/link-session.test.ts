import type { SessionId } from "@starling/connect";
import { FRAME, type NodeId } from "@starling/protocol";
import type { Association } from "@starling/transport";
import { describe, expect, test } from "vitest";
import { LinkSession } from "../src/link-session.ts";
import { Wishes } from "../src/wishes.ts";

const ADA = "a".repeat(64) as NodeId;
const HELLO = Uint8Array.of(FRAME.hello, 1, 2, 3);
const SWARM = Uint8Array.of(FRAME.swarm, 9);

/** A session over an association that only says when it was closed. */
function session() {
  const heard: string[] = [];
  const association = { close: (reason: string) => heard.push(`closed: ${reason}`) } as unknown as Association;
  const made = new LinkSession("one" as SessionId, association, {
    hello: (body) => heard.push(`hello ${body.join()}`),
    frame: (peer, frame) => heard.push(`${peer === ADA ? "Ada" : "?"}: ${frame.length} bytes`),
  });
  return { heard, session: made };
}

describe("a session of a link", () => {
  test("reads nothing before hello", () => {
    const { session: it, heard } = session();
    it.read(SWARM);
    expect(heard).toEqual(["closed: the first frame was no hello"]);
  });

  test("keeps what follows hello until the peer is known, and hands it on in order after the news of the link", () => {
    const { session: it, heard } = session();
    it.read(HELLO);
    it.read(SWARM);
    it.read(new Uint8Array(5).fill(FRAME.swarm));
    expect(heard).toEqual(["hello 1,2,3"]);
    it.linkUp(ADA, () => heard.push("up"));
    it.read(SWARM);
    expect(heard.slice(1)).toEqual(["up", "Ada: 2 bytes", "Ada: 5 bytes", "Ada: 2 bytes"]);
  });

  test("ends a peer that sends a megabyte before its hello is checked", () => {
    const { session: it, heard } = session();
    it.read(HELLO);
    for (let i = 0; i < 17; i++) it.read(new Uint8Array(64 * 1024).fill(FRAME.block));
    expect(heard.at(-1)).toBe("closed: too much before hello was checked");
  });
});

test("a session tells the round trip only when the browser measured it anew", async () => {
  const link = { roundTripMs: 50, checks: 3 as number | null, relayed: false };
  const association = { stats: () => Promise.resolve({ ...link }) } as unknown as Association;
  const it = new LinkSession("one" as SessionId, association, { hello: () => undefined, frame: () => undefined });
  expect(await it.newRoundTripMs()).toBe(50);
  expect(await it.newRoundTripMs()).toBeNull();
  link.checks = 4;
  expect(await it.newRoundTripMs()).toBe(50);
  link.checks = null;
  expect([await it.newRoundTripMs(), await it.newRoundTripMs()]).toEqual([50, 50]);
});

test("a link is asked for at the first wish, again when its importance changes, and given up at the last", () => {
  const wishes = new Wishes();
  expect(wishes.add(ADA, "overlay", "optional")).toBe("optional");
  expect(wishes.add(ADA, "overlay", "optional")).toBeNull();
  expect(wishes.add(ADA, "film", "transfer")).toBe("transfer");
  expect(wishes.add(ADA, "overlay", "needed")).toBeNull();
  expect(wishes.delete(ADA, "film")).toBe("needed");
  expect(wishes.delete(ADA, "film")).toBeNull();
  expect(wishes.delete(ADA, "overlay")).toBe("none");
  expect(wishes.delete(ADA, "overlay")).toBeNull();
});
