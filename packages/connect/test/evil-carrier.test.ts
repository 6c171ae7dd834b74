import {
  type ConnectMessage,
  decodeConnectMessage,
  decodeIntentBody,
  encodeConnectMessage,
  encodeIntentBody,
  sealKeyPair,
} from "@starling/protocol";
import { describe, expect, test } from "vitest";
import { sdpOf } from "./associations.ts";
import { Puppet } from "./puppet.ts";
import { type Letter, World } from "./world.ts";

const FINGERPRINT = "ab".repeat(32);

/** Lets a dial b through an evil carrier, then through an honest one. */
function expectNoLink(world: World): void {
  world.want("a", "b");
  world.run(60_000);
  expect(world.trace.filter((line) => line.includes("LINK-UP"))).toEqual([]);
  world.carry = (letter) => [letter];
  world.run(60_000);
  expect(world.status("a", "b")).toBe("linked");
}

function rewritten(letter: Letter, rewrite: (message: ConnectMessage) => Partial<ConnectMessage>): Letter {
  const message = decodeConnectMessage(letter.body)!;
  return { ...letter, body: encodeConnectMessage({ ...message, ...rewrite(message) }) };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe("a carrier that swaps fingerprints", () => {
  test("cannot change them within sealed descriptions", () => {
    const world = new World();
    world.carry = (letter) => {
      if (!["offer", "answer"].includes(world.typeOf(letter))) return [letter];
      return [rewritten(letter, ({ body }) => ({ body: flipped(body, body.length - 40) }))];
    };
    expectNoLink(world);
  });

  test("cannot put its own sealing key into the intent", () => {
    const world = new World();
    const evil = sealKeyPair(world.random.bytes(32));
    world.carry = (letter) => {
      if (world.typeOf(letter) !== "intent") return [letter];
      const swap = ({ body }: ConnectMessage) => ({
        body: encodeIntentBody({ ...decodeIntentBody(body)!, boxKey: evil.publicKey }),
      });
      return [rewritten(letter, swap)];
    };
    expectNoLink(world);
    expect(world.trace).toContain("a attempt-failed b (timeout)");
  });

  test("cannot put its own node key there either: it does not hash to the id", () => {
    const world = new World({ nodes: 3 });
    const evil = world.node("c");
    world.carry = (letter) => {
      if (world.typeOf(letter) !== "intent") return [letter];
      const swap = ({ body }: ConnectMessage) => ({
        body: encodeIntentBody({ ...decodeIntentBody(body)!, publicKey: evil.identity.publicKey }),
      });
      return [rewritten(letter, swap)];
    };
    expectNoLink(world);
  });
});

test("a carrier that swaps whole descriptions between sessions", () => {
  const world = new World({ nodes: 3 });
  const last = new Map<string, Letter>();
  world.carry = (letter) => {
    if (world.typeOf(letter) !== "offer") return [letter];
    last.set(letter.from, letter);
    const other = [...last.values()].find(({ from }) => from !== letter.from);
    if (other === undefined) return [];
    const { body, signature } = decodeConnectMessage(other.body)!;
    return [rewritten(letter, () => ({ body, signature }))];
  };
  world.want("c", "b");
  expectNoLink(world);
});

describe("a second fingerprint line", () => {
  test("added to an offer: the session ends before there is an association", () => {
    const world = new World();
    const puppet = new Puppet(world, "b", "a");
    puppet.intent();
    puppet.offer(`${sdpOf("cafe", FINGERPRINT)}a=fingerprint:sha-256 ${"CD:".repeat(31)}CD\r\n`);
    expect(puppet.received.map(({ type }) => type)).toEqual(["accept"]);
    expect(world.node("a").machine.counts()).toMatchObject({ created: 0, sessions: 0 });
  });

  test("added to our own description by the browser: nothing is sent", () => {
    const world = new World();
    world.want("a", "b");
    world.onEffect = (node, effect) => {
      if (effect.type !== "create") return;
      const sdp = `${sdpOf("cafe", FINGERPRINT)}a=fingerprint:sha-1 00\r\n`;
      world.input(node.name, { type: "described", session: effect.session, description: { type: "offer", sdp } });
    };
    world.run(1_000);
    expect(world.trace).toContain("a attempt-failed b (protocol)");
    expect(world.trace).not.toContain("a -> b offer");
  });
});

test("a carrier that replays an old intent and offer: neither associations nor links", () => {
  const world = new World();
  world.want("a", "b");
  world.run(1_000);
  const old = world.letters.filter(({ from }) => from === world.node("a").id);
  world.leave("a");
  world.reload("b");
  world.trace.length = 0;
  for (const letter of [...old, ...old]) world.deliver(letter, world.random.between(0, 200));
  world.run(60_000);
  expect(world.trace.filter((line) => line.includes("LINK-UP") || line.includes("create"))).toEqual([]);
  expect(world.node("b").machine.counts()).toMatchObject({ created: 0, sessions: 0, peers: 0, pending: 0 });
});

test("a carrier that answers with an old session's messages", () => {
  const world = new World();
  world.want("a", "b");
  world.run(1_000);
  const old = world.letters.filter(({ from }) => from === world.node("b").id);
  world.reload("a");
  world.reload("b");
  world.trace.length = 0;
  world.carry = (letter) => {
    if (letter.from === world.node("b").id) return [];
    const { session } = decodeConnectMessage(letter.body)!;
    return [letter, ...old.map((stale) => rewritten({ ...stale }, () => ({ session })))].map((each) =>
      each === letter ? letter : { ...each, from: world.node("b").id, to: world.node("a").id },
    );
  };
  expectNoLink(world);
});

describe("a carrier that redirects", () => {
  test("to another peer", () => {
    const world = new World({ nodes: 3 });
    world.carry = (letter) => {
      const [b, c] = [world.node("b").id, world.node("c").id];
      return [{ ...letter, to: letter.to === b ? c : letter.to, from: letter.from === c ? b : letter.from }];
    };
    expectNoLink(world);
    expect(world.node("c").machine.counts().created).toBe(0);
  });

  test("as if from another peer", () => {
    const world = new World({ nodes: 3 });
    const c = world.node("c").id;
    world.carry = (letter) => [{ ...letter, from: letter.from === world.node("a").id ? c : letter.from }];
    expectNoLink(world);
    expect(world.node("b").machine.counts().created).toBe(1);
  });
});

describe("a carrier that strips the signature", () => {
  test.each(["intent", "accept", "offer", "answer"])("of %s", (type) => {
    const world = new World();
    world.carry = (letter) =>
      world.typeOf(letter) === type ? [rewritten(letter, () => ({ signature: new Uint8Array(64) }))] : [letter];
    expectNoLink(world);
  });

  test("of refuse: it is not believed", () => {
    const world = new World();
    const puppet = new Puppet(world, "b", "a");
    world.want("a", "b");
    world.run(50);
    puppet.refuse("full");
    expect(world.status("a", "b")).toBe("dialling");
  });
});

test("forged messages beside the genuine ones do not hinder a link", () => {
  const world = new World();
  world.carry = (letter) => [
    rewritten(letter, () => ({ signature: new Uint8Array(64) })),
    rewritten(letter, ({ body }) => ({ body: flipped(body, body.length - 1) })),
    letter,
    letter,
  ];
  world.want("a", "b");
  world.run(3_000);
  expect(world.status("a", "b")).toBe("linked");
  expect(world.status("b", "a")).toBe("linked");
});

test("a hello of another session ends the link before it is up", () => {
  const world = new World();
  const hellos: Uint8Array[] = [];
  world.carryHello = (body) => {
    hellos.push(body);
    return body;
  };
  world.want("a", "b");
  world.run(1_000);
  world.reload("a");
  world.trace.length = 0;
  world.carryHello = () => hellos[0]!;
  world.want("a", "b");
  world.run(10_000);
  expect(world.trace.filter((line) => line.includes("LINK-UP"))).toEqual([]);
  expect(world.trace.some((line) => line.includes("(bad-hello)"))).toBe(true);
});
