import type { KnownNode, NodeId } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import { commonPrefix, MAX_OVERLAY_LINKS } from "../src/index.ts";
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
