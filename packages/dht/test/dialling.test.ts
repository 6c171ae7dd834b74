import type { KnownNode, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { commonPrefix, compareDistance } from "../src/index.ts";
import { drawNode } from "./drawn-node.ts";
import { Puppet } from "./puppet.ts";

/** Draws until an id falls into the bucket. */
function drawIn(puppet: Puppet, prefix: number): KnownNode {
  for (;;) {
    const node = drawNode(puppet.random);
    if (commonPrefix(puppet.self.id, node.id) === prefix) return node;
  }
}

describe("dials", () => {
  it("are six at once", () => {
    const puppet = new Puppet();
    const first = puppet.link();
    puppet.pass(500);
    const nodes = Array.from({ length: 8 }, () => drawNode(puppet.random));
    puppet.tell(first.id, { type: "siblings-answer", nodes });
    puppet.pass(1_000);
    expect(puppet.machine.view().dialling).toHaveLength(6);
  });

  it("that fail wait longer each time, from 5 s to 10 min", () => {
    const puppet = new Puppet();
    const peer = drawNode(puppet.random).id;
    puppet.input({ type: "server-peers", peers: [peer] });
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const from = puppet.now;
      const before = puppet.of("want-link").length;
      puppet.input({ type: "dial-failed", peer, alternates: [] });
      while (puppet.of("want-link").length === before) puppet.pass(250);
      waits.push(puppet.now - from);
    }
    for (const [i, wait] of waits.entries()) {
      const ceiling = Math.min(600_000, 5_000 * 2 ** ((i * (i + 1)) / 2));
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling + 500);
    }
  });

  it("are at most 20 in ten minutes once settled", () => {
    const puppet = new Puppet();
    const links = Array.from({ length: 4 }, () => puppet.link());
    puppet.live(130_000);
    const before = puppet.of("want-link").length;
    for (let i = 0; i < 200; i++) {
      const nodes = Array.from({ length: 8 }, () => drawNode(puppet.random));
      for (const { id } of links) puppet.tell(id, { type: "siblings-answer", nodes });
      puppet.live(1_000);
      for (const peer of puppet.machine.view().dialling) puppet.input({ type: "dial-failed", peer, alternates: [] });
    }
    const dials = puppet.of("want-link").length - before;
    expect(dials).toBeGreaterThan(10);
    expect(dials).toBeLessThanOrEqual(20);
  });

  it("end as the tab's peer connections run out: optional ones at 350, all at 450", () => {
    for (const [count, expected] of [
      [349, 1],
      [450, 0],
    ] as const) {
      const puppet = new Puppet();
      puppet.input({ type: "created", count });
      puppet.input({ type: "server-peers", peers: [drawNode(puppet.random).id] });
      puppet.pass(1_000);
      expect(puppet.of("want-link")).toHaveLength(expected);
    }
    const puppet = new Puppet();
    for (let i = 0; i < 8; i++) puppet.link(drawIn(puppet, 5));
    const far = drawIn(puppet, 0);
    puppet.input({ type: "created", count: 350 });
    puppet.tell(puppet.machine.siblings[0]!, { type: "siblings-answer", nodes: [far] });
    puppet.pass(1_000);
    expect(puppet.of("want-link").map(({ peer }) => peer)).not.toContain(far.id);
    puppet.input({ type: "created", count: 349 });
    puppet.pass(11_000);
    expect(puppet.of("want-link").map(({ peer }) => peer)).toContain(far.id);
  });

  it("follow contacts of an earlier visit before the server names anybody", () => {
    const puppet = new Puppet();
    const { id, publicKey } = drawNode(puppet.random);
    puppet.input({ type: "contacts", contacts: [{ id, publicKey, lastSeen: 1, via: null, failures: 0 }] });
    expect(puppet.of("want-link")).toMatchObject([{ peer: id, importance: "needed" }]);
  });
});

describe("the server", () => {
  it("is needed until four links stand, and again when the last one goes", () => {
    const puppet = new Puppet();
    puppet.input({ type: "server", open: true });
    const needs = () => puppet.of("server-needed").map(({ needed }) => needed);
    puppet.pass(500);
    expect(needs()).toEqual([true]);
    const nodes: NodeId[] = [];
    for (let i = 0; i < 4; i++) nodes.push(puppet.link().id);
    puppet.pass(500);
    expect(needs()).toEqual([true, false]);
    for (const peer of nodes) puppet.input({ type: "link-down", peer });
    puppet.pass(500);
    expect(needs()).toEqual([true, false, true]);
  });

  it("is asked by a node without links, ever less often", () => {
    const puppet = new Puppet();
    puppet.input({ type: "server", open: true });
    puppet.pass(60_000);
    const early = puppet.of("ask-server").length;
    expect(early).toBeGreaterThanOrEqual(4);
    puppet.pass(600_000);
    const late = puppet.of("ask-server").length - early;
    expect(late).toBeLessThanOrEqual(11);
    expect(late).toBeGreaterThanOrEqual(3);
  });

  it("is asked for a random node now and then, through which the node looks itself up", () => {
    const puppet = new Puppet();
    puppet.input({ type: "server", open: true });
    const node = puppet.link();
    let waited = 0;
    for (; puppet.of("ask-server").length === 0 && waited < 500_000; waited += 5_000) {
      puppet.live(5_000);
    }
    expect(puppet.of("ask-server")).toMatchObject([{ near: null }]);
    const stranger = drawNode(puppet.random);
    puppet.input({ type: "server-peers", peers: [node.id, stranger.id] });
    expect(puppet.of("want-link").map(({ peer }) => peer)).toContain(stranger.id);
    puppet.link(stranger, "full", true);
    expect(puppet.sent("source-route", stranger.id).map(({ frame }) => frame.target)).toContain(puppet.self.id);
  });
});

describe("connection messages", () => {
  it("go first to the neighbour that named their addressee, then to the one nearest it", () => {
    const puppet = new Puppet();
    const nodes = Array.from({ length: 6 }, () => puppet.link());
    puppet.live(1_000);
    const addressee = drawNode(puppet.random);
    const [nearest, ...others] = nodes.sort((a, b) => compareDistance(addressee.id, a.id, b.id));
    const namer = others.at(-1)!;
    puppet.tell(namer.id, { type: "siblings-answer", nodes: [addressee] });
    puppet.input({ type: "carry", to: addressee.id, body: Uint8Array.of(1) });
    const asked = () => puppet.sent("route").map(({ peer }) => peer);
    expect(asked()).toEqual([namer.id]);
    puppet.live(2_500);
    expect(asked()).toContain(nearest!.id);
  });
});
