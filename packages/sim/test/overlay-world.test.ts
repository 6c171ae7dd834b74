import { describe, expect, it } from "vitest";
import { Adversary, Churn, dropping, OverlayWorld, Random } from "../src/index.ts";
import { type Note, Scribe, worldOf } from "./scribe.ts";

describe("links", () => {
  function linked() {
    const all = worldOf(2);
    all.world.linkAtOnce(all.a.id, all.b.id);
    all.world.run(600);
    return all;
  }

  it("bring frames in order after a delay of 5 to 100 ms, and count their bytes", () => {
    const { world: w, a, b } = linked();
    a.port?.send(b.id, { text: "one" }, 100);
    a.port?.send(b.id, { text: "two" }, 50);
    w.run(1_000);
    expect(b.said("").slice(-2)).toEqual(["one of 0000", "two of 0000"]);
    expect(b.at("one of 0000") - 600).toBeGreaterThanOrEqual(5);
    expect(b.at("one of 0000") - 600).toBeLessThanOrEqual(100);
    expect(w.node(a.id)?.sent).toEqual({ frames: 2, bytes: 150 });
  });

  it("end at once when a page closes, after its goodbye when it leaves, after 30 s when it vanishes", () => {
    for (const [how, least, most] of [
      ["closed", 0, 200],
      ["leave", 0, 200],
      ["silent", 30_000, 30_001],
    ] as const) {
      const { world: w, a, b } = linked();
      w.remove(a.id, how);
      w.run(60_000);
      expect(b.at("down 0000") - 600).toBeGreaterThanOrEqual(least);
      expect(b.at("down 0000") - 600).toBeLessThanOrEqual(most);
      expect(a.said("leaving")).toHaveLength(how === "leave" ? 1 : 0);
    }
  });

  it("end when their dialler has not wanted them for 20 s, not when the other side does not", () => {
    const { world: w, a, b } = linked();
    b.port?.release(a.id);
    w.run(100_000);
    expect(b.said("down")).toEqual([]);
    a.port?.release(b.id);
    w.run(119_000);
    expect(b.said("down")).toEqual([]);
    w.run(121_000);
    expect([a.said("down"), b.said("down")]).toEqual([["down 1111"], ["down 0000"]]);
  });

  it("refuse who was banned", () => {
    const { world: w, a, b } = linked();
    a.port?.drop(b.id, true);
    w.run(2_000);
    b.port?.want(a.id, false);
    w.run(20_000);
    expect(b.said("failed")).toEqual(["failed 0000"]);
  });

  it("carry nothing across a partition, end after 30 s of it, and can be made again when it heals", () => {
    const { world: w, a, b } = linked();
    w.partition((id) => (id === a.id ? 0 : 1));
    a.port?.send(b.id, { text: "lost" }, 10);
    w.run(20_000);
    expect(b.said("lost")).toEqual([]);
    expect(b.said("down")).toEqual([]);
    w.run(40_000);
    expect(b.said("down")).toHaveLength(1);
    a.port?.want(b.id, false);
    w.run(70_000);
    expect(a.said("failed")).toHaveLength(1);
    w.heal();
    a.port?.want(b.id, false);
    w.run(100_000);
    expect(a.said("up")).toHaveLength(2);
  });
});

describe("pages", () => {
  it("get ticks; hidden ones at most once a second, frozen ones nothing until they resume", () => {
    const { world: w, scribes, a, b } = worldOf(3, { tickMs: 250 });
    w.linkAtOnce(a.id, b.id);
    w.run(1_000);
    const [, , c] = scribes;
    w.setVisibility(b.id, "hidden");
    w.setVisibility(c!.id, "frozen");
    const before = scribes.map(({ ticks }) => ticks);
    w.linkAtOnce(a.id, c!.id);
    w.run(11_000);
    const ticks = scribes.map((scribe, index) => scribe.ticks - before[index]!);
    expect(ticks[0]).toBe(40);
    expect(ticks[1]).toBeLessThanOrEqual(10);
    expect(ticks[1]).toBeGreaterThanOrEqual(8);
    expect(ticks[2]).toBe(0);
    expect(c?.said("up")).toEqual([]);
    w.setVisibility(c!.id, "visible");
    expect(c?.said("").slice(-2)).toEqual(["visible", "up 0000 accepted"]);
  });
});

describe("the server", () => {
  it("welcomes with those it knows, and hands nothing on while it is down", () => {
    const { world: w, a, b } = worldOf(2);
    expect(b.said("peers").length + a.said("peers").length).toBe(2);
    w.setServer(false);
    w.run(1_000);
    expect(a.said("server")).toEqual(["server true", "server false"]);
    a.port?.want(b.id, false);
    w.run(20_000);
    expect(a.said("failed")).toHaveLength(1);
    w.setServer(true);
    w.run(30_000);
    expect(a.said("server")).toHaveLength(3);
  });
});

describe("a whole run", () => {
  function trace(seed: number): string {
    const w = new OverlayWorld<Note>({ seed, tickMs: 1_000 });
    const random = new Random(seed);
    let made = 0;
    const arrive = () => new Scribe((0x10000 + made++).toString(16));
    for (let i = 0; i < 40; i++) w.add(arrive());
    const churn = new Churn(w, {
      seed,
      lengths: { medianMs: 20_000, shape: 0.5 },
      departures: ["leave", "closed", "silent"],
      arrive,
    });
    for (let second = 1; second < 60; second++) {
      w.run(second * 1_000);
      for (const node of w.nodes()) {
        const host = node.host as Scribe;
        const ids = [...w.nodes()].map(({ id }) => id);
        host.port?.want(ids[random.below(ids.length)]!, false);
        for (const peer of host.port?.links() ?? []) host.port?.send(peer, { text: "x" }, 80);
      }
    }
    expect(churn.departed).toBeGreaterThan(20);
    expect(w.ids.size).toBe(40);
    return w.trace.digest();
  }

  it("gives the same trace for the same seed, another for another", () => {
    expect(trace(1)).toBe(trace(1));
    expect(trace(1)).not.toBe(trace(2));
  });
});

describe("an adversary", () => {
  it("drops what it is about and lets the rest pass", () => {
    const { world: w, a } = worldOf(1);
    const inner = new Scribe("8888");
    const conduct = dropping<Note>(({ text }) => text === "secret", inner.id);
    w.add(new Adversary(inner, conduct, (delay, run) => w.events.after(delay, run)));
    w.linkAtOnce(a.id, inner.id);
    w.run(1_000);
    a.port?.send(inner.id, { text: "secret" }, 1);
    a.port?.send(inner.id, { text: "hello" }, 1);
    w.run(2_000);
    expect(inner.said("secret")).toEqual([]);
    expect(inner.said("hello")).toEqual(["hello of 0000"]);
  });
});
