import {
  addVisited,
  encodeReply,
  encodeRoute,
  encodeSourceReply,
  encodeSourceRoute,
  messagePayload,
  type NodeId,
  nodeIdOf,
  OVERLAY,
  OVERLAY_FLAG,
  type OverlayKey,
  type SignedMessage,
  toHex,
  visitedMark,
} from "@starling/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DhtEffect } from "../src/index.ts";
import { commonPrefix } from "../src/index.ts";
import { drawNode, drawnSignature } from "./drawn-node.ts";
import { Puppet } from "./puppet.ts";

const CARRY = { kind: "carry", body: Uint8Array.of(1, 2, 3) } as const;

function routeBody(...visited: NodeId[]): Uint8Array {
  return encodeRoute({ visited: visited.map(visitedMark), request: CARRY });
}

/** Four full neighbours: `near`, at the key, which is nearer to it than the machine, and three that are farther, one of them `far`. */
function between(puppet: Puppet): { key: OverlayKey; near: NodeId; far: NodeId } {
  const draw = (prefix: number) => {
    for (;;) {
      const node = drawNode(puppet.random);
      if (commonPrefix(node.id, puppet.self.id) === prefix) return puppet.link(node).id;
    }
  };
  const near = draw(4);
  const [far] = [draw(0), draw(0), draw(1)];
  return { key: near.replace(/.$/, (last) => (last === "0" ? "1" : "0")), near, far };
}

describe("hostile frames", () => {
  it("of any type and body never make the machine throw, nor answer with floods", () => {
    const puppet = new Puppet();
    const peer = puppet.link().id;
    puppet.link();
    const frame = fc.record({
      type: fc.nat(20),
      flags: fc.nat(255),
      ttl: fc.nat(16),
      id: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toHex),
      target: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes) as OverlayKey),
      source: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes) as NodeId),
      body: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(frame, (drawn) => {
        if (puppet.machine.view().links.length < 2) puppet.link(drawNode(puppet.random));
        puppet.now += 5;
        const from = puppet.machine.view().links[0]?.id ?? peer;
        const effects = puppet.input({ type: "frame", peer: from, frame: drawn });
        expect(effects.filter(({ type }) => type === "send").length).toBeLessThan(16);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it("with a malformed path end the link", () => {
    for (const type of ["route", "source-route", "source-reply"] as const) {
      const puppet = new Puppet();
      const { id } = puppet.link();
      puppet.frame(id, { type: OVERLAY[type], body: Uint8Array.of(255, 255) });
      expect(puppet.of("drop")).toMatchObject([{ peer: id }]);
      expect(puppet.machine.view().links).toEqual([]);
    }
  });

  it("of peers without a link are ignored", () => {
    const puppet = new Puppet();
    puppet.link();
    expect(puppet.tell(drawNode(puppet.random).id, { type: "ping" })).toEqual([]);
  });

  it("that have no hop left go no further", () => {
    const puppet = new Puppet();
    const { key, far } = between(puppet);
    for (const [ttl, passed] of [
      [0, 0],
      [1, 0],
      [2, 1],
    ] as const) {
      const before = puppet.sent("route").length;
      puppet.frame(far, { type: OVERLAY.route, ttl, target: key, body: routeBody(far) });
      expect(puppet.sent("route").length - before).toBe(passed);
    }
  });

  it("that run in a circle are refused, and passed on only once", () => {
    const puppet = new Puppet();
    const { key, near, far } = between(puppet);
    const id = "ab".repeat(8);
    const body = routeBody(far);
    puppet.frame(far, { type: OVERLAY.route, id, target: key, body });
    expect(puppet.sent("route", near)).toHaveLength(1);
    // It comes back by another neighbour, which pretends that it has visited nobody.
    puppet.frame(near, { type: OVERLAY.route, id, target: key, body: routeBody() });
    puppet.frame(far, { type: OVERLAY.route, id, target: key, body });
    expect(puppet.sent("route").filter(({ frame }) => frame.id === id)).toHaveLength(1);
    expect(puppet.sent("ack", near).at(-1)?.frame.body.length).toBeGreaterThan(0);
    expect(puppet.sent("ack", far).at(-1)?.frame.body).toHaveLength(0);
  });

  it("do not go to a neighbour that they have visited", () => {
    const puppet = new Puppet();
    const { key, near, far } = between(puppet);
    puppet.frame(far, { type: OVERLAY.route, target: key, body: routeBody(far, near) });
    expect(puppet.sent("route", near)).toEqual([]);
  });

  it("with replies that nobody awaits, or from whom nobody asked, go nowhere", () => {
    const puppet = new Puppet();
    const { key, near, far } = between(puppet);
    const reply = encodeReply({ hops: 1, answer: { kind: "carried" } });
    const sent = () => puppet.of("send").length;
    const before = sent();
    puppet.frame(near, { type: OVERLAY.reply, id: "01".repeat(8), body: reply });
    puppet.frame(near, {
      type: OVERLAY["source-reply"],
      body: encodeSourceReply({ path: [], answer: { kind: "carried" } }),
    });
    expect(sent()).toBe(before);
    const id = "02".repeat(8);
    puppet.frame(far, { type: OVERLAY.route, id, target: key, body: routeBody(far) });
    const passed = sent();
    const other = puppet.machine.view().links.find((link) => link.id !== near && link.id !== far)?.id as NodeId;
    puppet.frame(other, { type: OVERLAY.reply, id, body: reply });
    expect(sent()).toBe(passed);
    puppet.frame(near, { type: OVERLAY.reply, id, body: reply });
    expect(puppet.sent("reply", far)).toHaveLength(1);
    puppet.frame(near, { type: OVERLAY.reply, id, body: reply });
    expect(puppet.sent("reply", far)).toHaveLength(1);
  });

  it("named as siblings-answers that were not asked for add no contacts", () => {
    const puppet = new Puppet();
    const { id } = puppet.link(drawNode(puppet.random), "leaf");
    const known = puppet.machine.view().known;
    const nodes = Array.from({ length: 16 }, () => drawNode(puppet.random));
    puppet.tell(id, { type: "siblings-answer", nodes });
    expect(puppet.machine.view().known).toBe(known);
  });

  it("that name keys which are not those of the ids add no contacts", () => {
    const puppet = new Puppet();
    const { id } = puppet.link();
    puppet.pass(500);
    const known = puppet.machine.view().known;
    const liar = { id: drawNode(puppet.random).id, publicKey: puppet.random.bytes(32) };
    puppet.tell(id, { type: "siblings-answer", nodes: [liar] });
    expect(puppet.machine.view().known).toBe(known);
    puppet.tell(id, { type: "siblings-answer", nodes: [drawNode(puppet.random)] });
    expect(puppet.machine.view().known).toBe(known + 1);
  });
});

describe("relaying", () => {
  it("passes a route to the neighbour nearest its target, with one hop less and this node entered", () => {
    const puppet = new Puppet();
    const { key, near, far } = between(puppet);
    const body = routeBody(far);
    puppet.frame(far, { type: OVERLAY.route, ttl: 9, target: key, body });
    const [passed] = puppet.sent("route");
    expect(passed).toMatchObject({ peer: near, frame: { ttl: 8, target: key, source: far } });
    expect(passed?.frame.body).toEqual(addVisited(body, puppet.self.id));
  });

  it("tries the next best after 300 ms without an ack, twice, and then answers itself if it may", () => {
    const puppet = new Puppet();
    const { key, near, far } = between(puppet);
    puppet.answerPings();
    puppet.frame(far, { type: OVERLAY.route, target: key, body: routeBody(far) });
    puppet.pass(250);
    expect(puppet.sent("route")).toHaveLength(1);
    puppet.pass(500);
    // Nobody else is nearer: this node is the nearest that can be reached, and does not carry for others.
    expect(puppet.sent("route").map(({ peer }) => peer)).toEqual([near]);
    expect(puppet.sent("reply", far)).toHaveLength(1);
  });

  it("goes by the path that a source route names, and enters the way back", () => {
    const puppet = new Puppet();
    const [a, b] = [puppet.link(), puppet.link()];
    const answers = puppet.frame(a.id, {
      type: OVERLAY["source-route"],
      body: encodeSourceRoute({ path: { at: 0, forward: [], back: [] }, request: { kind: "find-node" } }),
    });
    expect(answers.filter(({ type }) => type === "send")).toHaveLength(1);
    const gone = encodeSourceRoute({ path: { at: 0, forward: [7], back: [0] }, request: { kind: "find-node" } });
    puppet.frame(a.id, { type: OVERLAY["source-route"], body: gone });
    expect(puppet.sent("source-reply", a.id)).toHaveLength(2);
    expect(puppet.sent("source-route", b.id).filter(({ frame }) => frame.source === a.id)).toEqual([]);
  });

  it("serves one source at 64 KB a second", () => {
    const puppet = new Puppet();
    const { key, far } = between(puppet);
    const body = encodeRoute({ visited: [], request: { kind: "record", body: new Uint8Array(8_000) } });
    const flood = () => {
      const before = puppet.sent("route").length;
      for (let i = 0; i < 100; i++) puppet.frame(far, { type: OVERLAY.route, target: key, body });
      return puppet.sent("route").length - before;
    };
    expect(flood()).toBe(16);
    puppet.now += 1_000;
    expect(flood()).toBe(8);
  });

  it("carries for one source to ten new addressees a minute, and on to those it has begun with", () => {
    const puppet = new Puppet();
    const { far } = between(puppet);
    const nodes = Array.from({ length: 20 }, () => puppet.link(drawNode(puppet.random), "leaf").id);
    const carry = (target: NodeId) => {
      const before = puppet.sent("route", target).length;
      puppet.frame(far, { type: OVERLAY.route, flags: OVERLAY_FLAG.exact, target, body: routeBody(far) });
      return puppet.sent("route", target).length - before;
    };
    expect(nodes.map(carry).reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(carry(nodes[0] as NodeId)).toBe(1);
    expect(carry(nodes[19] as NodeId)).toBe(0);
    puppet.now += 6_100;
    expect(carry(nodes[19] as NodeId)).toBe(1);
  });
});

describe("messages", () => {
  function signed(puppet: Puppet, good: boolean, payload = Uint8Array.of(1)): { message: SignedMessage; from: NodeId } {
    const { publicKey } = drawNode(puppet.random);
    const id = toHex(puppet.random.bytes(8));
    const unsigned = { scope: "node" as const, to: puppet.self.id, publicKey, id, time: 1_800_000_000_000, payload };
    const signature = good ? drawnSignature(publicKey, messagePayload(unsigned)) : new Uint8Array(64);
    return { message: { ...unsigned, signature }, from: nodeIdOf(publicKey) };
  }

  function bring(puppet: Puppet, peer: NodeId, message: SignedMessage, ok: boolean): readonly DhtEffect[] {
    const body = encodeRoute({ visited: [visitedMark(peer)], request: { kind: "message", message } });
    puppet.frame(peer, { type: OVERLAY.route, body });
    const verify = puppet.of("verify").at(-1);
    return verify === undefined ? [] : puppet.input({ type: "verified", token: verify.token, ok });
  }

  it("reach the user once, from whom signed them", () => {
    const puppet = new Puppet();
    const peer = puppet.link().id;
    const { message, from } = signed(puppet, true);
    bring(puppet, peer, message, true);
    bring(puppet, peer, message, true);
    expect(puppet.of("message")).toMatchObject([{ from, to: puppet.self.id, payload: Uint8Array.of(1) }]);
  });

  it("with three bad signatures end the link of their source, and ban it", () => {
    const puppet = new Puppet();
    const peer = puppet.link().id;
    for (let i = 0; i < 3; i++) {
      expect(puppet.of("drop")).toEqual([]);
      bring(puppet, peer, signed(puppet, false).message, false);
    }
    expect(puppet.of("message")).toEqual([]);
    expect(puppet.of("drop")).toMatchObject([{ peer, ban: true, reason: "bad-signatures" }]);
  });

  it("older or newer than five minutes are refused", () => {
    const puppet = new Puppet();
    const peer = puppet.link().id;
    puppet.now += 400_000;
    puppet.input({ type: "clock", wallMs: 1_800_000_400_000, serverMs: null });
    bring(puppet, peer, signed(puppet, true).message, true);
    expect(puppet.of("verify")).toEqual([]);
  });
});
