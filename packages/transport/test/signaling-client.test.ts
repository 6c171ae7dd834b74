import { encodeServerMessage } from "@starling/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSocketEarly } from "../src/signaling-socket.ts";
import { advance, KEY, PEER, SignalingWorld, WELCOME } from "./signaling-world.ts";

describe("signaling client", () => {
  let world: SignalingWorld;
  beforeEach(() => {
    vi.useFakeTimers();
    world = new SignalingWorld();
  });
  afterEach(() => {
    world.client.close();
    vi.useRealTimers();
  });

  it("proves its key and is welcomed before it is open", async () => {
    world.start();
    world.last.events.open();
    expect(world.last.sent).toEqual([{ type: "hello", v: 1, publicKey: KEY }]);
    world.last.says({ type: "challenge", nonce: new Uint8Array(32) });
    await advance(0);
    expect(world.last.sent[1]).toMatchObject({ type: "prove" });
    expect(world.client.signal(PEER, Uint8Array.of(1))).toBe(false);
    world.last.says(WELCOME);
    expect(world.log).toEqual([
      ["welcome", { peers: [PEER], ice: [{ urls: ["stun:a.example"] }], time: 1234 }],
      ["open"],
    ]);
  });

  it("takes over a socket that was opened before it was there, and what that brought, once", async () => {
    const openSocket = openSocketEarly("ws://server.example/ws", (_url, events) => world.open(events));
    world.last.events.open();
    world.last.says({ type: "challenge", nonce: new Uint8Array(32) });
    world.start({ openSocket });
    expect(world.sockets).toHaveLength(1);
    await advance(0);
    expect(world.last.sent.map((message) => message?.type)).toEqual(["hello", "prove"]);
    world.last.says(WELCOME);
    expect(world.log.at(-1)).toEqual(["open"]);
    await world.last.drops();
    await advance(1_000);
    expect(world.sockets).toHaveLength(2);
    await world.last.welcomes();
    expect(world.log.at(-1)).toEqual(["open"]);
  });

  it("opens a socket of its own if the early one was closed before anybody took it over", async () => {
    const openSocket = openSocketEarly("ws://server.example/ws", (_url, events) => world.open(events));
    world.last.events.open();
    await world.last.drops();
    world.start({ openSocket });
    expect(world.sockets).toHaveLength(2);
    await world.last.welcomes();
    expect(world.log.at(-1)).toEqual(["open"]);
  });

  it("carries messages both ways", async () => {
    world.start();
    await world.last.welcomes();
    world.log.length = 0;
    expect(world.client.signal(PEER, Uint8Array.of(251, 2, 3))).toBe(true);
    world.client.requestPeers();
    world.client.requestPeers(new Uint8Array(32).fill(0xcd));
    expect(world.last.sent.slice(2)).toEqual([
      { type: "signal", to: PEER, body: "-wID" },
      { type: "peers" },
      { type: "peers", near: "cd".repeat(32) },
    ]);
    world.last.says({ type: "signal", from: PEER, body: "-wID" });
    world.last.says({ type: "gone", to: PEER });
    world.last.says({ type: "peers", peers: [PEER] });
    expect(world.log).toEqual([
      ["signal", PEER, Uint8Array.of(251, 2, 3)],
      ["gone", PEER],
      ["peers", [PEER]],
    ]);
  });

  it("ignores what a newer server may say, and bodies of a sender that are no base64url", async () => {
    world.start();
    await world.last.welcomes();
    world.log.length = 0;
    world.last.events.message('{"type":"news","x":1}');
    world.last.says({ type: "signal", from: PEER, body: "A" });
    expect(world.log).toEqual([]);
    expect(world.last.closedByClient).toBe(false);
  });

  it.each([
    ["no JSON", "{"],
    ["a binary message", new ArrayBuffer(3)],
    ["a second welcome", encodeServerMessage(WELCOME)],
    ["a late challenge", encodeServerMessage({ type: "challenge", nonce: new Uint8Array(32) })],
    ["a malformed id", '{"type":"gone","to":"x"}'],
  ])("leaves a server that sends %s", async (_what, data) => {
    world.start();
    await world.last.welcomes();
    world.log.length = 0;
    world.last.events.message(data);
    await advance(0);
    expect(world.last.closedByClient).toBe(true);
    expect(world.log).toEqual([["closed", expect.stringContaining("malformed")]]);
  });

  it("takes no messages before the welcome", async () => {
    world.start();
    world.last.events.open();
    world.last.says({ type: "peers", peers: [PEER] });
    await advance(0);
    expect(world.log.map(([name]) => name)).toEqual(["closed"]);
  });

  it("gives up on a server that does not welcome it in time", async () => {
    world.start();
    world.last.events.open();
    await advance(10_000);
    expect(world.last.closedByClient).toBe(true);
    expect(world.log).toEqual([["closed", "the server did not answer in time"]]);
  });

  it("survives a key that cannot sign and an address that cannot be opened", async () => {
    world.start({ sign: () => Promise.reject(new Error("no key")) });
    world.last.events.open();
    world.last.says({ type: "challenge", nonce: new Uint8Array(32) });
    await advance(0);
    expect(world.log).toEqual([["closed", expect.stringContaining("no key")]]);
    world.client.close();
    world.log.length = 0;
    world.start({
      openSocket: () => {
        throw new SyntaxError("bad address");
      },
    });
    expect(world.log).toEqual([]);
    await advance(0);
    expect(world.log).toEqual([["closed", expect.stringContaining("bad address")]]);
  });

  it("stays within the server's limit of 10 messages a second and 100 at once", async () => {
    world.start();
    await world.last.welcomes();
    for (let i = 0; i < 200; i++) expect(world.client.signal(PEER, Uint8Array.of(i))).toBe(true);
    await advance(60_000);
    const { sent, sentAt } = world.last;
    expect(sent.length).toBe(202);
    expect(sent.slice(2).map((message) => message?.type === "signal" && message.body)).toEqual(
      Array.from({ length: 200 }, (_, i) => Buffer.from([i]).toString("base64url")),
    );
    let tokens = 100;
    sentAt.forEach((at, i) => {
      tokens = Math.min(100, tokens + ((at - (sentAt[i - 1] ?? at)) / 1000) * 10) - 1;
      expect(tokens).toBeGreaterThan(0);
    });
    expect(sentAt.at(-1)).toBeLessThan(17_000);
  });

  it("refuses messages when too many wait, and forgets them with the session", async () => {
    world.start();
    await world.last.welcomes();
    const taken = Array.from({ length: 1000 }, (_, i) => world.client.signal(PEER, Uint8Array.of(i))).filter(Boolean);
    expect(taken.length).toBeLessThan(400);
    const first = world.last;
    await first.drops();
    expect(world.client.signal(PEER, Uint8Array.of(1))).toBe(false);
    const { length } = first.sent;
    await advance(1000);
    await world.last.welcomes();
    expect(world.sockets.length).toBe(2);
    expect(first.sent.length).toBe(length);
    expect(world.last.sent.length).toBe(2);
  });

  it("says nothing more once closed, and does not come back", async () => {
    world.start();
    await world.last.welcomes();
    world.log.length = 0;
    world.client.close();
    world.last.says({ type: "peers", peers: [PEER] });
    await world.last.drops();
    world.networkEvents.dispatchEvent(new Event("online"));
    await advance(60_000);
    expect(world.client.signal(PEER, Uint8Array.of(1))).toBe(false);
    expect([world.log, world.sockets.length, world.last.closedByClient]).toEqual([[], 1, true]);
  });
});
