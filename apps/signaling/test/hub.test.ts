import { type NodeId, provePayload } from "@starling/protocol";
import { describe, expect, test } from "vitest";
import { HubDriver, idOf, key, sentTo, signal } from "./hub-driver.ts";

describe("an identity", () => {
  test("is proved by a signature over the server's nonce, and welcomed", () => {
    const driver = new HubDriver();
    const [challenge] = sentTo(1, driver.open(1));
    if (challenge?.type !== "challenge") throw new Error("no challenge");
    expect(driver.say(1, { type: "hello", v: 1, publicKey: key(1) })).toEqual([]);
    const signature = new Uint8Array(64).fill(7);
    expect(driver.say(1, { type: "prove", signature })).toEqual([
      { type: "verify", socket: 1, publicKey: key(1), payload: provePayload(challenge.nonce), signature },
    ]);
    expect(driver.verified(1)).toEqual([
      {
        type: "send",
        socket: 1,
        message: { type: "welcome", peers: [], ice: [{ urls: ["stun:a"] }], time: 1_000_000 },
      },
    ]);
    expect(driver.hub.counts).toEqual({ nodes: 1, sockets: 1 });
  });

  test("with a bad signature ends the socket", () => {
    const driver = new HubDriver();
    driver.open(1);
    driver.say(1, { type: "hello", v: 1, publicKey: key(1) });
    driver.say(1, { type: "prove", signature: new Uint8Array(64) });
    expect(driver.verified(1, false)).toEqual([{ type: "close", socket: 1, closing: "bad-proof" }]);
    expect(driver.hub.counts).toEqual({ nodes: 0, sockets: 0 });
  });

  test("gets a new nonce each time", () => {
    const driver = new HubDriver();
    const nonces = [1, 2].map((socket) => {
      const [message] = sentTo(socket, driver.open(socket));
      return message?.type === "challenge" ? [...message.nonce] : null;
    });
    expect(nonces[0]).not.toEqual(nonces[1]);
  });

  test("that connects again replaces its older socket, whose end changes nothing", () => {
    const driver = new HubDriver();
    driver.join(1, 1);
    driver.join(9, 9);
    const effects = driver.join(2, 1);
    expect(effects[0]).toEqual({ type: "close", socket: 1, closing: "replaced" });
    driver.closed(1);
    expect(driver.hub.counts).toEqual({ nodes: 2, sockets: 2 });
    expect(sentTo(2, driver.say(9, signal(idOf(1))))).toHaveLength(1);
  });

  test("of a socket that closed while its signature was checked is forgotten", () => {
    const driver = new HubDriver();
    driver.open(1);
    driver.say(1, { type: "hello", v: 1, publicKey: key(1) });
    driver.say(1, { type: "prove", signature: new Uint8Array(64) });
    driver.closed(1);
    expect(driver.verified(1)).toEqual([]);
    expect(driver.hub.counts).toEqual({ nodes: 0, sockets: 0 });
  });

  test("not proved within 5 s ends the socket, at whatever stage it is", () => {
    const driver = new HubDriver();
    driver.open(1);
    driver.open(2);
    driver.say(2, { type: "hello", v: 1, publicKey: key(2) });
    driver.join(3);
    driver.now = 4_999;
    driver.open(4);
    expect(driver.tick()).toEqual([]);
    driver.now = 5_000;
    expect(driver.tick()).toEqual([1, 2].map((socket) => ({ type: "close", socket, closing: "hello-timeout" })));
    expect(driver.hub.counts).toEqual({ nodes: 1, sockets: 2 });
  });

  test("of another protocol version is refused", () => {
    const driver = new HubDriver();
    driver.open(1);
    const effects = driver.say(1, { type: "hello", v: 2, publicKey: key(1) });
    expect(effects).toEqual([{ type: "close", socket: 1, closing: "wrong-version" }]);
  });
});

describe("order of messages", () => {
  test.each([
    ["prove before hello", [{ type: "prove", signature: new Uint8Array(64) }]],
    ["signal before welcome", [signal(idOf(2))]],
    ["peers before welcome", [{ type: "peers" }]],
    [
      "two hellos",
      [
        { type: "hello", v: 1, publicKey: key(1) },
        { type: "hello", v: 1, publicKey: key(1) },
      ],
    ],
    [
      "a second proof while the first is checked",
      [
        { type: "hello", v: 1, publicKey: key(1) },
        { type: "prove", signature: new Uint8Array(64) },
        { type: "prove", signature: new Uint8Array(64) },
      ],
    ],
  ] as const)("%s ends the socket", (_, messages) => {
    const driver = new HubDriver();
    driver.open(1);
    const effects = messages.map((message) => driver.say(1, message));
    expect(effects.at(-1)).toEqual([{ type: "close", socket: 1, closing: "wrong-order" }]);
  });

  test("a hello after the welcome ends the socket and frees the id", () => {
    const driver = new HubDriver();
    driver.join(1);
    const effects = driver.say(1, { type: "hello", v: 1, publicKey: key(2) });
    expect(effects).toEqual([{ type: "close", socket: 1, closing: "wrong-order" }]);
    expect(driver.hub.counts.nodes).toBe(0);
  });

  test.each(["", "{", "[]", "null", '{"type":"signal"}', '{"type":"hello","v":1,"publicKey":"short"}'])(
    "the unreadable text %j ends the socket",
    (text) => {
      const driver = new HubDriver();
      driver.open(1);
      expect(driver.text(1, text)).toEqual([{ type: "close", socket: 1, closing: "malformed" }]);
    },
  );

  test("a binary message ends the socket", () => {
    const driver = new HubDriver();
    driver.open(1);
    const effects = driver.hub.handle({ type: "binary", socket: 1 }, 0);
    expect(effects).toEqual([{ type: "close", socket: 1, closing: "malformed" }]);
  });

  test("a message type of a later version is ignored", () => {
    const driver = new HubDriver();
    driver.open(1);
    expect(driver.text(1, '{"type":"dance"}')).toEqual([]);
  });
});

describe("signals", () => {
  test("are delivered with the proved sender", () => {
    const driver = new HubDriver();
    driver.join(1);
    driver.join(2);
    expect(driver.say(1, signal(idOf(2), "abc"))).toEqual([
      { type: "send", socket: 2, message: { type: "signal", from: idOf(1), body: "abc" } },
    ]);
  });

  test("to a node that is not there, left, or is the sender are answered gone", () => {
    const driver = new HubDriver();
    driver.join(1);
    driver.join(2);
    driver.closed(2);
    for (const to of [idOf(3), idOf(2), idOf(1)]) {
      expect(driver.say(1, signal(to))).toEqual([{ type: "send", socket: 1, message: { type: "gone", to } }]);
    }
  });
});

describe("peers", () => {
  const many = (count: number) => {
    const driver = new HubDriver();
    for (let socket = 1; socket <= count; socket++) driver.join(socket);
    return driver;
  };
  const xorSorted = (ids: readonly NodeId[], near: NodeId) =>
    [...ids].sort((a, b) => (distance(a, near) < distance(b, near) ? -1 : 1));
  const distance = (a: NodeId, b: NodeId) => BigInt(`0x${a}`) ^ BigInt(`0x${b}`);

  test("of a welcome are the 8 nearest and up to 8 random others, never the node itself", () => {
    const driver = many(100);
    const [welcome] = sentTo(101, driver.join(101));
    if (welcome?.type !== "welcome") throw new Error("no welcome");
    const others = Array.from({ length: 100 }, (_, index) => idOf(index + 1));
    expect(welcome.peers.slice(0, 8)).toEqual(xorSorted(others, idOf(101)).slice(0, 8));
    expect(welcome.peers.length).toBeGreaterThan(8);
    expect(welcome.peers.length).toBeLessThanOrEqual(16);
    expect(new Set(welcome.peers).size).toBe(welcome.peers.length);
    expect(welcome.peers).not.toContain(idOf(101));
  });

  test("near an id are the 8 nearest to that id", () => {
    const driver = many(60);
    const near = idOf(7777);
    const [answer] = sentTo(1, driver.say(1, { type: "peers", near }));
    const others = Array.from({ length: 59 }, (_, index) => idOf(index + 2));
    expect(answer?.type === "peers" && answer.peers.slice(0, 8)).toEqual(xorSorted(others, near).slice(0, 8));
  });

  test("are all the others where there are few", () => {
    const driver = many(4);
    const [answer] = sentTo(1, driver.say(1, { type: "peers" }));
    expect(answer?.type === "peers" && new Set(answer.peers)).toEqual(new Set([idOf(2), idOf(3), idOf(4)]));
  });

  test("at random name each node about equally often", () => {
    const driver = many(40);
    const counts = new Map<string, number>();
    for (let turn = 0; turn < 600; turn++) {
      driver.now += 1000;
      const [answer] = sentTo(1, driver.say(1, { type: "peers" }));
      for (const id of answer?.type === "peers" ? answer.peers.slice(8) : []) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // 31 nodes are not among the 8 nearest; each is drawn with chance 8/39: 123 of 600 times, standard deviation 10.
    expect(counts.size).toBe(31);
    expect(Math.min(...counts.values())).toBeGreaterThan(75);
    expect(Math.max(...counts.values())).toBeLessThan(175);
  });
});

describe("limits", () => {
  test("200 sockets of an address are open at once, and a closed one gives its place back", () => {
    const driver = new HubDriver();
    for (let socket = 1; socket <= 200; socket++) expect(sentTo(socket, driver.open(socket))).toHaveLength(1);
    expect(driver.open(201)).toEqual([{ type: "close", socket: 201, closing: "address-full" }]);
    expect(sentTo(202, driver.open(202, "192.0.2.2"))).toHaveLength(1);
    driver.closed(201);
    expect(driver.open(203)).toEqual([{ type: "close", socket: 203, closing: "address-full" }]);
    driver.closed(1);
    expect(sentTo(204, driver.open(204))).toHaveLength(1);
  });

  test("the number of sockets an address may have is the host's choice", () => {
    const driver = new HubDriver({ socketsPerAddress: 1 });
    driver.open(1);
    expect(driver.open(2)).toEqual([{ type: "close", socket: 2, closing: "address-full" }]);
  });

  test("100 messages pass at once, then 10 a second; the excess is told once", () => {
    const driver = new HubDriver();
    driver.join(1);
    driver.join(2);
    driver.now = 60_000;
    const burst = Array.from({ length: 101 }, () => driver.say(1, signal(idOf(2))));
    expect(burst.flatMap((effects) => sentTo(2, effects))).toHaveLength(100);
    expect(sentTo(1, burst.at(-1) ?? [])).toEqual([expect.objectContaining({ type: "error", code: "too-fast" })]);
    expect(driver.say(1, signal(idOf(2)))).toEqual([]);
    driver.now += 1_000;
    const later = Array.from({ length: 20 }, () => driver.say(1, signal(idOf(2))));
    expect(later.flatMap((effects) => sentTo(2, effects))).toHaveLength(8);
  });

  test("who goes on beyond a second burst is cut off", () => {
    const driver = new HubDriver();
    driver.join(1);
    driver.now = 60_000;
    const effects = Array.from({ length: 201 }, () => driver.say(1, signal(idOf(2))));
    expect(effects.at(-2)).toEqual([]);
    expect(effects.at(-1)).toEqual([{ type: "close", socket: 1, closing: "flood" }]);
  });

  test("10 messages a second pass for ever", () => {
    const driver = new HubDriver();
    driver.join(1);
    driver.join(2);
    for (let count = 0; count < 2_000; count++) {
      driver.now += 100;
      expect(sentTo(2, driver.say(1, signal(idOf(2))))).toHaveLength(1);
    }
  });

  test("messages before the welcome and unknown ones count as well", () => {
    const driver = new HubDriver();
    driver.open(1);
    const effects = Array.from({ length: 201 }, () => driver.text(1, '{"type":"dance"}'));
    expect(effects.at(-1)).toEqual([{ type: "close", socket: 1, closing: "flood" }]);
  });
});
