import type { KnownNode, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { commonPrefix, compareDistance, MAX_OVERLAY_LINKS } from "../src/index.ts";
import { idInBucket } from "../src/xor.ts";
import { drawNode, sortedByDistance } from "./drawn-node.ts";
import { hopMessageOf, Puppet } from "./puppet.ts";

/** Draws until an id falls into the bucket. */
function drawIn(puppet: Puppet, prefix: number): KnownNode {
  for (;;) {
    const node = drawNode(puppet.random);
    if (commonPrefix(puppet.self.id, node.id) === prefix) return node;
  }
}

/** A node of the bucket whose id is made up: quick where the bucket is far from the root of the tree. */
function nodeIn(puppet: Puppet, prefix: number): KnownNode {
  const id = idInBucket(puppet.self.id, prefix, puppet.random.bytes(32)) as NodeId;
  return { id, publicKey: puppet.random.bytes(32) };
}

function overlayLinks(puppet: Puppet): number {
  const refused = new Set(puppet.sent("refuse").map(({ peer }) => peer));
  return puppet.machine.view().links.filter(({ id }) => !refused.has(id)).length;
}

describe("links", () => {
  it("say first what the node is", () => {
    const puppet = new Puppet();
    const node = drawNode(puppet.random);
    const [first] = puppet.input({ type: "link-up", peer: node.id, publicKey: node.publicKey, dialled: false });
    expect(first).toMatchObject({ type: "send", peer: node.id, frame: { type: 3 } });
  });

  it("stay within 48, and who is refused is told of three others nearer to itself", () => {
    const puppet = new Puppet();
    const nodes: KnownNode[] = [];
    for (let i = 0; i < 80; i++) {
      nodes.push(puppet.link());
      puppet.pass(250);
      puppet.answerPings();
      expect(overlayLinks(puppet)).toBeLessThanOrEqual(MAX_OVERLAY_LINKS);
    }
    const refusals = puppet.sent("refuse");
    expect(refusals.length).toBe(80 - MAX_OVERLAY_LINKS);
    for (const refusal of refusals) {
      const message = hopMessageOf(refusal);
      const alternates = message?.type === "refuse" ? message.alternates : [];
      expect(alternates).toHaveLength(3);
      for (const id of alternates) {
        const bucket = commonPrefix(refusal.peer, puppet.self.id);
        expect(commonPrefix(refusal.peer, id)).toBe(bucket);
      }
    }
    const refused = new Set(refusals.map(({ peer }) => peer));
    const ids = nodes.map(({ id }) => id);
    for (const sibling of sortedByDistance(puppet.self.id, ids).slice(0, 8)) expect(refused).not.toContain(sibling);
  });

  it("that answered longest are kept when a bucket overflows", () => {
    const puppet = new Puppet();
    const old = [drawIn(puppet, 0), drawIn(puppet, 0)].map((node) => puppet.link(node));
    for (let i = 0; i < 8; i++) puppet.link(drawIn(puppet, 6));
    puppet.live(300_000);
    for (let i = 0; i < 60; i++) puppet.link(drawIn(puppet, 0));
    puppet.pass(500);
    const refused = new Set(puppet.sent("refuse").map(({ peer }) => peer));
    expect(refused.size).toBe(70 - MAX_OVERLAY_LINKS);
    for (const { id } of old) expect(refused).not.toContain(id);
    const view = puppet.machine.view().links.filter(({ protected: kept }) => kept);
    expect(view.filter(({ prefix }) => prefix === 0)).toHaveLength(2);
  });

  it("are never refused to siblings while a bucket has more than it needs", () => {
    const puppet = new Puppet();
    for (let i = 0; i < MAX_OVERLAY_LINKS; i++) puppet.link(drawIn(puppet, i % 2));
    const near = puppet.link(drawIn(puppet, 8));
    puppet.pass(500);
    expect(puppet.sent("refuse").map(({ peer }) => peer)).not.toContain(near.id);
    expect(puppet.machine.siblings[0]).toBe(near.id);
    expect(overlayLinks(puppet)).toBe(MAX_OVERLAY_LINKS);
  });

  it("are given up last to those that have us among their own siblings", () => {
    const puppet = new Puppet();
    for (let i = 0; i < 10; i++) puppet.link(nodeIn(puppet, 8));
    for (let i = 0; i < MAX_OVERLAY_LINKS - 14; i++) puppet.link(nodeIn(puppet, i % 3));
    puppet.live(300_000);
    // Not among our eight nearest; but we are of theirs, as far as we know who is near them.
    const dependent = Array.from({ length: 4 }, () => puppet.link(nodeIn(puppet, 7)));
    for (let i = 0; i < 16; i++) puppet.link(nodeIn(puppet, 3));
    puppet.pass(500);
    const refused = puppet.sent("refuse").map(({ peer }) => peer);
    expect(refused).toHaveLength(16);
    for (const { id } of dependent) expect(refused).not.toContain(id);
  });

  it("are 56 where the siblings lie as near as in a network of more than 50,000", () => {
    const small = new Puppet();
    const large = new Puppet();
    for (let i = 0; i < 8; i++) {
      small.link(nodeIn(small, 12));
      large.link(nodeIn(large, 14));
    }
    for (const puppet of [small, large]) {
      for (let i = 0; i < 60; i++) puppet.link(nodeIn(puppet, i % 10));
      puppet.pass(500);
    }
    expect(small.machine.view().estimate).toBeLessThan(50_000);
    expect([overlayLinks(small), overlayLinks(large)]).toEqual([48, 56]);
  });

  it("that refuse us are released, and their alternates dialled", () => {
    const puppet = new Puppet();
    const node = drawNode(puppet.random);
    puppet.input({ type: "server-peers", peers: [node.id] });
    expect(puppet.of("want-link").map(({ peer }) => peer)).toEqual([node.id]);
    puppet.link(node, "full", true);
    const other = drawNode(puppet.random).id;
    puppet.tell(node.id, { type: "refuse", reason: "full", alternates: [other] });
    puppet.pass(1_000);
    expect(puppet.of("release-link").map(({ peer }) => peer)).toContain(node.id);
    puppet.input({ type: "link-down", peer: node.id });
    puppet.pass(1_000);
    expect(puppet.of("want-link").map(({ peer }) => peer)).toContain(other);
  });
});

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

describe("liveness", () => {
  it("pings after 15 s of silence, and takes two missed answers of 5 s for death", () => {
    const puppet = new Puppet();
    const [alive, dead] = [puppet.link(), puppet.link()];
    puppet.answerPings(new Set());
    const count = () => puppet.sent("ping", dead.id).length;
    const begun = count();
    const from = puppet.now;
    while (count() === begun) puppet.pass(250);
    expect(puppet.now - from).toBeGreaterThanOrEqual(15_000);
    expect(puppet.now - from).toBeLessThanOrEqual(18_000);
    const asked = puppet.now;
    while (puppet.of("drop").length === 0) {
      puppet.answerPings(new Set([dead.id]));
      puppet.pass(250);
    }
    expect(puppet.now - asked).toBeGreaterThanOrEqual(10_000);
    expect(puppet.now - asked).toBeLessThanOrEqual(16_000);
    expect(puppet.of("drop")).toMatchObject([{ peer: dead.id, ban: false }]);
    expect(puppet.machine.view().links.map(({ id }) => id)).toEqual([alive.id]);
  });

  it("does not blame neighbours for the time that the page slept, but asks them all", () => {
    const puppet = new Puppet();
    const nodes = [puppet.link(), puppet.link(), puppet.link()];
    puppet.answerPings();
    puppet.pass(1_000);
    const before = puppet.sent("ping").length;
    puppet.now += 600_000;
    puppet.input({ type: "tick" });
    expect(puppet.sent("ping").length - before).toBeGreaterThanOrEqual(nodes.length);
    puppet.answerPings();
    puppet.pass(12_000);
    expect(puppet.of("drop")).toEqual([]);
  });

  it("leaves frozen neighbours in peace, and does not count on them", () => {
    const puppet = new Puppet();
    const [node] = [puppet.link(), puppet.link()];
    puppet.tell(node.id, { type: "state", mode: "leaf", visibility: "frozen", links: 1, time: 1 });
    puppet.live(300_000, new Set([node.id]));
    expect(puppet.of("drop")).toEqual([]);
    expect(puppet.machine.siblings).not.toContain(node.id);
    puppet.live(400_000, new Set([node.id]));
    expect(puppet.of("drop").map(({ peer }) => peer)).toContain(node.id);
  });

  it("a neighbour that leaves is gone at once", () => {
    const puppet = new Puppet();
    const node = puppet.link();
    puppet.tell(node.id, { type: "leave" });
    expect(puppet.machine.view().links).toEqual([]);
  });

  it("a neighbour that is lost is dialled again only if it is named after the others must have noticed", () => {
    const puppet = new Puppet();
    const lost = puppet.link();
    const others = Array.from({ length: 4 }, () => puppet.link());
    puppet.live(1_000);
    const dials = () => puppet.of("want-link").filter(({ peer }) => peer === lost.id).length;
    const name = () => {
      for (const { id } of others) puppet.tell(id, { type: "siblings-answer", nodes: [lost] });
    };
    const before = dials();
    puppet.input({ type: "link-down", peer: lost.id });
    puppet.live(1_000);
    name();
    puppet.live(20_000);
    expect(dials()).toBe(before);
    name();
    puppet.live(1_000);
    expect(dials()).toBe(before + 1);
  });

  it("leaving says goodbye to all, and the machine is silent from then on", () => {
    const puppet = new Puppet();
    const nodes = [puppet.link(), puppet.link()];
    puppet.input({ type: "leave" });
    expect(
      puppet
        .sent("leave")
        .map(({ peer }) => peer)
        .sort(),
    ).toEqual(nodes.map(({ id }) => id).sort());
    expect(puppet.link() && puppet.input({ type: "tick" })).toEqual([]);
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

describe("leaf and full", () => {
  const modes = (puppet: Puppet) =>
    puppet.sent("state").map((effect) => {
      const message = hopMessageOf(effect);
      return message?.type === "state" ? message.mode : null;
    });

  it("a node that joins many is a leaf for its first minute", () => {
    const puppet = new Puppet();
    const known = Array.from({ length: 12 }, () => drawNode(puppet.random));
    puppet.link(known[0], "full", true);
    expect(modes(puppet)).toEqual(["leaf"]);
    const query = puppet.sent("source-route").at(-1);
    expect(query?.frame.target).toBe(puppet.self.id);
    expect(puppet.machine.full).toBe(false);
  });

  it("a frozen page is a leaf until it resumes", () => {
    const puppet = new Puppet();
    puppet.link();
    expect(puppet.machine.full).toBe(true);
    puppet.input({ type: "visibility", visibility: "frozen" });
    expect(modes(puppet).at(-1)).toBe("leaf");
    puppet.now += 60_000;
    puppet.input({ type: "visibility", visibility: "hidden" });
    puppet.pass(1_000);
    expect(modes(puppet).at(-1)).toBe("full");
  });
});
