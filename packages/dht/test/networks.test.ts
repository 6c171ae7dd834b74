import { type NodeId, toHex } from "@starling/protocol";
import { Random } from "@starling/sim";
import { beforeAll, describe, expect, it } from "vitest";
import { MAX_OVERLAY_LINKS } from "../src/index.ts";
import { type DhtHost, nearestOf, SimulatedOverlay } from "./dht-host.ts";

const BODY = Uint8Array.of(0, 0, 0, 0, 9);

function expectNearestFound(overlay: SimulatedOverlay, count: number): void {
  const random = new Random(7);
  for (let i = 0; i < count; i++) {
    const key = random.bytes(32);
    const asker = overlay.hosts[random.below(overlay.hosts.length)]!;
    const result = asker.do((op) => ({ type: "lookup", op, key }));
    expect(nearestOf(result)).toEqual(overlay.trueNearest(toHex(key), 8));
  }
}

/** Pairs of nodes without a link between them. */
function strangers(overlay: SimulatedOverlay, count: number): [DhtHost, DhtHost][] {
  const random = new Random(3);
  const pairs: [DhtHost, DhtHost][] = [];
  while (pairs.length < count) {
    const a = overlay.hosts[random.below(overlay.hosts.length)]!;
    const b = overlay.hosts[random.below(overlay.hosts.length)]!;
    if (a !== b && !a.port.links().includes(b.id)) pairs.push([a, b]);
  }
  return pairs;
}

describe("small networks", () => {
  for (const size of [2, 3, 5, 50]) {
    it(`${size} nodes find one another and everything nearest soon`, () => {
      const overlay = new SimulatedOverlay(size);
      overlay.grow(size, 300);
      // Of fifty, those who join are leaves for half a minute, and a dial that fails takes a quarter.
      overlay.run(size <= 5 ? 8_000 : 75_000);
      expect(overlay.siblingsRight()).toBe(1);
      expectNearestFound(overlay, 10);
    });
  }

  it("two nodes are full and linked as soon as the dial allows", () => {
    const overlay = new SimulatedOverlay(11);
    overlay.grow(2, 0);
    overlay.world.run(10_000, () => overlay.hosts.every(({ machine }) => machine.siblings.length === 1));
    expect(overlay.world.now).toBeLessThan(5_000);
  });

  it("a lone node is full, and its look-ups end with itself", () => {
    const overlay = new SimulatedOverlay(12);
    const [host] = overlay.grow(1, 1_000);
    const result = host!.do((op) => ({ type: "lookup", op, key: new Uint8Array(32) }), 100);
    expect(nearestOf(result)).toEqual([host!.id]);
  });

  it("the only common neighbour relays connection messages at once", () => {
    const overlay = new SimulatedOverlay(13);
    overlay.world.setServer(false);
    const [a, b, c, d] = [overlay.add(), overlay.add(), overlay.add(), overlay.add()];
    overlay.world.linkAtOnce(a.id, b.id);
    overlay.world.linkAtOnce(b.id, c.id);
    overlay.world.linkAtOnce(c.id, d.id);
    overlay.run(1);
    a.carry(c.id, BODY);
    a.carry(d.id, BODY);
    overlay.run(700);
    expect(c.carriedTo.map(({ from }) => from)).toContain(a.id);
    expect(d.carriedTo.map(({ from }) => from)).toContain(a.id);
    expect(a.uncarriedTo).toEqual([]);
  });

  it("a chain without a server becomes a network in which all are linked", () => {
    const overlay = new SimulatedOverlay(14);
    overlay.world.setServer(false);
    const hosts = [overlay.add(), overlay.add(), overlay.add(), overlay.add(), overlay.add()];
    for (let i = 1; i < hosts.length; i++) overlay.world.linkAtOnce(hosts[i - 1]!.id, hosts[i]!.id);
    overlay.run(20_000);
    expect(overlay.siblingsRight()).toBe(1);
  });
});

describe("a network of 200 nodes", () => {
  const overlay = new SimulatedOverlay(20);

  beforeAll(() => {
    overlay.grow(200, 200);
    overlay.run(150_000);
    overlay.world.setServer(false);
  });

  it("has the true siblings linked, and all are full", () => {
    expect(overlay.full()).toHaveLength(200);
    expect(overlay.siblingsRight()).toBe(1);
  });

  it("finds the true nearest of any key, and does not dial for it", () => {
    const dials = overlay.hosts.reduce((sum, host) => sum + host.dials.length, 0);
    expectNearestFound(overlay, 40);
    expect(overlay.hosts.reduce((sum, host) => sum + host.dials.length, 0)).toBe(dials);
  });

  it("keeps within its links, dials and peer connections", () => {
    for (const host of overlay.hosts) {
      expect(host.port.links().length).toBeLessThanOrEqual(MAX_OVERLAY_LINKS);
      expect(host.maxWants).toBeLessThanOrEqual(MAX_OVERLAY_LINKS + 6);
      expect(overlay.world.node(host.id)!.created).toBeLessThan(200);
    }
    const fewest = Math.min(...overlay.hosts.map(({ machine }) => machine.view().links.length));
    expect(fewest).toBeGreaterThanOrEqual(8);
  });

  it("has two links to every bucket that is not empty", () => {
    for (const { machine, id } of overlay.hosts) {
      const { buckets, siblings } = machine.view();
      const depth = Math.max(...buckets.map(({ prefix }) => prefix));
      const far = buckets.filter(({ prefix }) => prefix <= Math.min(depth, 2));
      for (const { members } of far) expect(members.length).toBeGreaterThanOrEqual(2);
      expect(siblings).not.toContain(id);
    }
  });

  it("carries connection messages between nodes that are not linked, without the server", () => {
    for (const [a, b] of strangers(overlay, 40)) {
      a.carry(b.id, BODY);
      overlay.run(1_500);
      expect(b.carriedTo.at(-1)).toMatchObject({ from: a.id, body: BODY });
    }
    expect(overlay.hosts.flatMap(({ uncarriedTo }) => uncarriedTo)).toEqual([]);
  });

  it("carries by a second way when the first neighbour swallows messages", () => {
    const [[a, b]] = strangers(overlay, 1) as [[DhtHost, DhtHost]];
    const swallowed: string[] = [];
    for (const host of overlay.hosts) {
      // Acks what it takes, and passes nothing on.
      host.swallow = (frame) => {
        const takes = frame.source === a.id && frame.target === b.id && swallowed.length === 0 && host !== b;
        if (takes) swallowed.push(host.id);
        return takes;
      };
    }
    a.carry(b.id, BODY);
    overlay.run(6_000);
    for (const host of overlay.hosts) host.swallow = () => false;
    expect(swallowed).toHaveLength(1);
    expect(b.carriedTo.at(-1)).toMatchObject({ from: a.id });
  });

  it("gives up a message to nobody within ten seconds", () => {
    const nobody = "ab".repeat(32) as NodeId;
    const [host] = overlay.hosts as [DhtHost];
    host.carry(nobody, BODY);
    overlay.run(10_500);
    expect(host.uncarriedTo).toEqual([nobody]);
  });

  it("sends a message to the node of an id, and to the nearest where there is none", () => {
    const random = new Random(5);
    for (let i = 0; i < 10; i++) {
      const from = overlay.hosts[random.below(200)]!;
      const to = (i % 2 === 0 ? overlay.hosts[random.below(200)]!.id : toHex(random.bytes(32))) as NodeId;
      const payload = random.bytes(100);
      const result = from.do((op) => ({ type: "send", op, to, payload }));
      const [nearest] = overlay.trueNearest(to, 1) as [NodeId];
      expect(result).toMatchObject({ ok: true, result: { type: "delivered", to: nearest } });
      const receiver = overlay.hosts.find(({ id }) => id === nearest)!;
      expect(receiver.messages.at(-1)).toMatchObject({ from: from.id, to, payload });
    }
  });

  it("refuses messages beyond their limit", () => {
    const [host] = overlay.hosts as [DhtHost];
    const result = host.do((op) => ({ type: "send", op, to: host.id, payload: new Uint8Array(5_000) }));
    expect(result).toMatchObject({ ok: false, failure: "too-large" });
  });

  it("repairs itself when a fifth leaves, crashes or vanishes silently", () => {
    for (const [i, host] of overlay.hosts.slice(0, 40).entries()) {
      overlay.remove(host, (["leave", "closed", "silent"] as const)[i % 3]!);
    }
    const left = overlay.world.now;
    while (overlay.siblingsRight() < 0.99 && overlay.world.now - left < 90_000) overlay.run(10_000);
    console.log(`  siblings right again after ${(overlay.world.now - left) / 1000} s`);
    expect(overlay.siblingsRight()).toBeGreaterThanOrEqual(0.99);
    expectNearestFound(overlay, 20);
  });
});
