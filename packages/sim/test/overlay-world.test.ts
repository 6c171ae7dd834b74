import { describe, expect, it } from "vitest";
import {
  Adversary,
  Churn,
  dropping,
  type OverlayHost,
  type OverlayPort,
  OverlayWorld,
  type OverlayWorldOptions,
  type PageVisibility,
  Random,
} from "../src/index.ts";

interface Note {
  readonly text: string;
}

/** Links to whom it is told to, notes everything, and floods connection messages to their addressee over its links. */
class Scribe implements OverlayHost<Note> {
  readonly id: string;
  readonly log: string[] = [];
  ticks = 0;
  port: OverlayPort<Note> | null = null;
  /** Set: how connection messages are carried once there are links. */
  carrier: ((to: string, body: Uint8Array) => void) | null = null;

  constructor(id: string) {
    this.id = id;
  }

  start(port: OverlayPort<Note>): void {
    this.port = port;
  }

  receive(peer: string, { text }: Note): void {
    this.#note(`${text} of ${peer}`);
  }

  linkUp(peer: string, dialled: boolean): void {
    this.#note(`up ${peer} ${dialled ? "dialled" : "accepted"}`);
  }

  linkDown(peer: string): void {
    this.#note(`down ${peer}`);
  }

  dialFailed(peer: string): void {
    this.#note(`failed ${peer}`);
  }

  carry(to: string, body: Uint8Array): void {
    if (this.carrier === null) this.port?.uncarried(to);
    else this.carrier(to, body);
  }

  serverPeers(peers: readonly string[]): void {
    this.#note(`peers ${[...peers].sort()}`);
  }

  serverOpen(open: boolean): void {
    this.#note(`server ${open}`);
  }

  created(count: number): void {
    this.#note(`created ${count}`);
  }

  visibility(visibility: PageVisibility): void {
    this.#note(visibility);
  }

  leaving(): void {
    this.#note("leaving");
  }

  tick(): void {
    this.ticks++;
  }

  /** What happened, without times. */
  said(start: string): string[] {
    return this.log.map((line) => line.split("@")[0] ?? "").filter((line) => line.startsWith(start));
  }

  at(line: string): number {
    return Number(this.log.find((entry) => entry.startsWith(`${line}@`))?.split("@")[1]);
  }

  #note(text: string): void {
    this.log.push(`${text}@${this.port?.now}`);
  }
}

const sure = { pairFailure: 0, attemptFailure: 0 };

function world(nodes: number, options: Partial<OverlayWorldOptions> = {}) {
  const world = new OverlayWorld<Note>({ seed: 1, tickMs: 1_000, costs: sure, ...options });
  const scribes = Array.from({ length: nodes }, (_, index) => new Scribe(`${index}`.repeat(4)));
  for (const scribe of scribes) world.add(scribe);
  world.run(500);
  return { world, scribes, a: scribes[0]!, b: scribes[1]! };
}

describe("making a link", () => {
  it("goes by the server at first, takes a second or so, and uses a peer connection of each side", () => {
    const { world: w, a, b } = world(2);
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
    const { world: w, a, b } = world(2);
    a.port?.want(b.id, false);
    b.port?.want(a.id, false);
    w.run(20_000);
    expect(a.said("up")).toHaveLength(1);
    expect(b.said("up")).toHaveLength(1);
    expect(w.node(a.id)?.created).toBe(1);
  });

  it("asks the overlay to carry the messages once there is a link", () => {
    const { world: w, scribes, a, b } = world(3);
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
    const { world: w, a, b } = world(2, { costs: { pairFailure: 1 } });
    a.port?.want("9999", false);
    a.port?.want(b.id, false);
    w.run(40_000);
    expect(a.said("failed")).toEqual(["failed 9999", "failed 1111"]);
  });

  it("ends optional dials at 350 peer connections, needed ones at 450", () => {
    const { world: w, a, b } = world(2);
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
    const { world: w, scribes } = world(200, { costs: { pairFailure: 0.1, attemptFailure: 0.05 } });
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

describe("links", () => {
  function linked() {
    const all = world(2);
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
    const { world: w, scribes, a, b } = world(3, { tickMs: 250 });
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
    const { world: w, a, b } = world(2);
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
    const { world: w, a } = world(1);
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
