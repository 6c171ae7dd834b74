import { describe, expect, it } from "vitest";
import { worldOf } from "./scribe.ts";

describe("making a link", () => {
  it("goes by the server at first, takes a second or so, and uses a peer connection of each side", () => {
    const { world: w, a, b } = worldOf(2);
    a.port?.want(b.id, false);
    w.run(20_000);
    expect(a.said("up")).toEqual(["up 1111 dialled"]);
    expect(b.said("up")).toEqual(["up 0000 accepted"]);
    expect(a.at("up 1111 dialled")).toBeGreaterThan(800);
    expect(a.at("up 1111 dialled")).toBeLessThan(8_000);
    expect([w.node(a.id)?.created, w.node(b.id)?.created]).toEqual([1, 1]);
    expect(w.server.messages.signal).toBe(4);
  });

  it("lets one of two crossing dials stand", () => {
    const { world: w, a, b } = worldOf(2);
    a.port?.want(b.id, false);
    b.port?.want(a.id, false);
    w.run(20_000);
    expect(a.said("up")).toHaveLength(1);
    expect(b.said("up")).toHaveLength(1);
    expect(w.node(a.id)?.created).toBe(1);
  });

  it("asks the overlay to carry the messages once there is a link", () => {
    const { world: w, scribes, a, b } = worldOf(3);
    a.port?.want(b.id, false);
    w.run(20_000);
    const [, , c] = scribes;
    for (const scribe of [a, c!]) {
      scribe.carrier = (to, body) => (to === c?.id ? c : a)?.port?.carried(scribe.id, body);
    }
    for (const { port } of scribes) port?.serverNeeded(false);
    const before = w.server.messages.signal;
    a.port?.want(c!.id, false);
    w.run(40_000);
    expect(a.said("up 2222")).toHaveLength(1);
    expect(w.server.messages.signal).toBe(before);
  });

  it("fails when the peer is not there, and for pairs that cannot connect always", () => {
    const { world: w, a, b } = worldOf(2, { costs: { pairFailure: 1 } });
    a.port?.want("9999", false);
    a.port?.want(b.id, false);
    w.run(40_000);
    expect(a.said("failed")).toEqual(["failed 9999", "failed 1111"]);
  });

  it("ends optional dials at 350 peer connections, needed ones at 450", () => {
    const { world: w, a, b } = worldOf(2);
    w.node(a.id)!.created = 350;
    a.port?.want(b.id, true);
    w.run(10_000);
    expect(a.said("failed")).toHaveLength(1);
    a.port?.want(b.id, false);
    w.run(20_000);
    expect(a.said("up")).toHaveLength(1);
    w.node(a.id)!.created = 450;
    a.port?.want("2222", false);
    w.run(21_000);
    expect(a.said("failed 2222")).toHaveLength(1);
  });

  it("takes the median and the failures that are asked for", () => {
    const { world: w, scribes } = worldOf(200, { costs: { pairFailure: 0.1, attemptFailure: 0.05 } });
    for (let i = 0; i < 200; i += 2) scribes[i]?.port?.want(scribes[i + 1]!.id, false);
    w.run(60_000);
    const failed = scribes.filter((scribe) => scribe.said("failed").length > 0).length;
    const times = scribes.flatMap(({ log }) =>
      log.filter((line) => line.startsWith("up")).map((line) => Number(line.split("@")[1]) - 500),
    );
    times.sort((x, y) => x - y);
    expect(failed).toBeGreaterThan(7);
    expect(failed).toBeLessThan(26);
    expect(times[times.length >> 1]).toBeGreaterThan(1_000);
    expect(times[times.length >> 1]).toBeLessThan(2_000);
  });
});
