import { decodeClientMessage, encodeServerMessage, type NodeId, type ServerMessage } from "@starling/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSignalingClient, openSocketEarly, type SignalingClient, type SocketEvents } from "../src/index.ts";

const PEER = "ab".repeat(32) as NodeId;
const KEY = new Uint8Array(32).fill(1);
const WELCOME: ServerMessage = { type: "welcome", peers: [PEER], ice: [{ urls: ["stun:a.example"] }], time: 1234 };

/** The server's end of one attempt. */
class FakeSocket {
  readonly sent: ReturnType<typeof decodeClientMessage>[] = [];
  readonly sentAt: number[] = [];
  readonly events: SocketEvents;
  closedByClient = false;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  send(text: string) {
    this.sent.push(decodeClientMessage(text));
    this.sentAt.push(performance.now());
  }

  close() {
    this.closedByClient = true;
  }

  says(message: ServerMessage) {
    this.events.message(encodeServerMessage(message));
  }

  async welcomes() {
    this.events.open();
    this.says({ type: "challenge", nonce: new Uint8Array(32) });
    await vi.advanceTimersByTimeAsync(0);
    this.says(WELCOME);
  }

  async drops(code = 1006, reason = "") {
    this.events.closed(code, reason);
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe("signaling client", () => {
  let sockets: FakeSocket[];
  let log: unknown[][];
  let networkEvents: EventTarget;
  let client: SignalingClient;
  const last = () => sockets.at(-1)!;
  const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  function start(options: Partial<Parameters<typeof createSignalingClient>[0]> = {}) {
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        void log.push([name, ...args]);
    client = createSignalingClient(
      {
        url: "ws://server.example/ws",
        publicKey: KEY,
        sign: async (payload) => new Uint8Array(64).fill(payload.length),
        openSocket: (_url, events) => {
          sockets.push(new FakeSocket(events));
          return last();
        },
        random: () => 0.999,
        networkEvents,
        ...options,
      },
      {
        welcome: record("welcome"),
        open: record("open"),
        signal: record("signal"),
        gone: record("gone"),
        peers: record("peers"),
        closed: record("closed"),
      },
    );
  }

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    log = [];
    networkEvents = new EventTarget();
  });
  afterEach(() => {
    client.close();
    vi.useRealTimers();
  });

  it("proves its key and is welcomed before it is open", async () => {
    start();
    last().events.open();
    expect(last().sent).toEqual([{ type: "hello", v: 1, publicKey: KEY }]);
    last().says({ type: "challenge", nonce: new Uint8Array(32) });
    await advance(0);
    expect(last().sent[1]).toMatchObject({ type: "prove" });
    expect(client.signal(PEER, Uint8Array.of(1))).toBe(false);
    last().says(WELCOME);
    expect(log).toEqual([["welcome", { peers: [PEER], ice: [{ urls: ["stun:a.example"] }], time: 1234 }], ["open"]]);
  });

  it("takes over a socket that was opened before it was there, and what that brought, once", async () => {
    const openSocket = openSocketEarly("ws://server.example/ws", (_url, events) => {
      sockets.push(new FakeSocket(events));
      return last();
    });
    last().events.open();
    last().says({ type: "challenge", nonce: new Uint8Array(32) });
    start({ openSocket });
    expect(sockets).toHaveLength(1);
    await advance(0);
    expect(last().sent.map((message) => message?.type)).toEqual(["hello", "prove"]);
    last().says(WELCOME);
    expect(log.at(-1)).toEqual(["open"]);
    await last().drops();
    await advance(1_000);
    expect(sockets).toHaveLength(2);
    await last().welcomes();
    expect(log.at(-1)).toEqual(["open"]);
  });

  it("carries messages both ways", async () => {
    start();
    await last().welcomes();
    log.length = 0;
    expect(client.signal(PEER, Uint8Array.of(251, 2, 3))).toBe(true);
    client.requestPeers();
    client.requestPeers(new Uint8Array(32).fill(0xcd));
    expect(last().sent.slice(2)).toEqual([
      { type: "signal", to: PEER, body: "-wID" },
      { type: "peers" },
      { type: "peers", near: "cd".repeat(32) },
    ]);
    last().says({ type: "signal", from: PEER, body: "-wID" });
    last().says({ type: "gone", to: PEER });
    last().says({ type: "peers", peers: [PEER] });
    expect(log).toEqual([
      ["signal", PEER, Uint8Array.of(251, 2, 3)],
      ["gone", PEER],
      ["peers", [PEER]],
    ]);
  });

  it("ignores what a newer server may say, and bodies of a sender that are no base64url", async () => {
    start();
    await last().welcomes();
    log.length = 0;
    last().events.message('{"type":"news","x":1}');
    last().says({ type: "signal", from: PEER, body: "A" });
    expect(log).toEqual([]);
    expect(last().closedByClient).toBe(false);
  });

  it.each([
    ["no JSON", "{"],
    ["a binary message", new ArrayBuffer(3)],
    ["a second welcome", encodeServerMessage(WELCOME)],
    ["a late challenge", encodeServerMessage({ type: "challenge", nonce: new Uint8Array(32) })],
    ["a malformed id", '{"type":"gone","to":"x"}'],
  ])("leaves a server that sends %s", async (_what, data) => {
    start();
    await last().welcomes();
    log.length = 0;
    last().events.message(data);
    await advance(0);
    expect(last().closedByClient).toBe(true);
    expect(log).toEqual([["closed", expect.stringContaining("malformed")]]);
  });

  it("takes no messages before the welcome", async () => {
    start();
    last().events.open();
    last().says({ type: "peers", peers: [PEER] });
    await advance(0);
    expect(log.map(([name]) => name)).toEqual(["closed"]);
  });

  it("comes back by itself, waiting longer each time, up to 15 s", async () => {
    start();
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      await last().drops();
      const from = performance.now();
      const count = sockets.length;
      while (sockets.length === count) await advance(50);
      waits.push(performance.now() - from);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    expect(log.map(([name]) => name)).toEqual(Array(7).fill("closed"));
  });

  it("waits at least half of that, and at least 0.5 s", async () => {
    start({ random: () => 0 });
    await last().drops();
    await advance(499);
    expect(sockets.length).toBe(1);
    await advance(1);
    expect(sockets.length).toBe(2);
  });

  it("begins the waits anew only after a session that stood", async () => {
    start();
    await last().welcomes();
    await last().drops();
    await advance(1000);
    await last().welcomes();
    await last().drops();
    await advance(1500);
    expect(sockets.length).toBe(2);
    await advance(500);
    await last().welcomes();
    await advance(15_000);
    await last().drops();
    await advance(1000);
    expect(sockets.length).toBe(4);
  });

  it("hurries when it is told that the server is needed, but not to one that will not have it", async () => {
    start();
    for (const wait of [1000, 2000, 4000, 8000, 15_000]) {
      await last().drops();
      await advance(wait);
    }
    await last().drops();
    const before = sockets.length;
    client.hurry();
    await advance(990);
    expect(sockets.length).toBe(before);
    await advance(20);
    expect(sockets.length).toBe(before + 1);
    client.hurry();
    await advance(5_000);
    expect(sockets.length).toBe(before + 1);
    await last().drops(4001);
    client.hurry();
    await advance(15_000);
    expect(sockets.length).toBe(before + 1);
  });

  it("comes back at once when the network does", async () => {
    start();
    for (const wait of [1000, 2000, 4000]) {
      await last().drops();
      await advance(wait);
    }
    await last().drops();
    networkEvents.dispatchEvent(new Event("online"));
    expect(sockets.length).toBe(5);
    await advance(9000);
    expect(sockets.length).toBe(5);
  });

  it("probes an open socket when the network comes back, and leaves one that does not answer", async () => {
    start();
    await last().welcomes();
    networkEvents.dispatchEvent(new Event("online"));
    last().says({ type: "peers", peers: [] });
    await advance(6000);
    expect(last().closedByClient).toBe(false);
    networkEvents.dispatchEvent(new Event("online"));
    await advance(5000);
    expect(last().closedByClient).toBe(true);
    expect(log.at(-1)).toEqual(["closed", "the server did not answer"]);
  });

  it.each([4001, 4005])("does not come back soon after close code %i, even when the network does", async (code) => {
    start();
    await last().welcomes();
    await last().drops(code, "This identity connected from elsewhere.");
    networkEvents.dispatchEvent(new Event("online"));
    await advance(140_000);
    expect(sockets.length).toBe(1);
    expect(log.at(-1)).toEqual(["closed", "This identity connected from elsewhere."]);
    await advance(160_000);
    expect(sockets.length).toBe(2);
  });

  it("gives up on a server that does not welcome it in time", async () => {
    start();
    last().events.open();
    await advance(10_000);
    expect(last().closedByClient).toBe(true);
    expect(log).toEqual([["closed", "the server did not answer in time"]]);
  });

  it("survives a key that cannot sign and an address that cannot be opened", async () => {
    start({ sign: () => Promise.reject(new Error("no key")) });
    last().events.open();
    last().says({ type: "challenge", nonce: new Uint8Array(32) });
    await advance(0);
    expect(log).toEqual([["closed", expect.stringContaining("no key")]]);
    client.close();
    log.length = 0;
    start({
      openSocket: () => {
        throw new SyntaxError("bad address");
      },
    });
    expect(log).toEqual([]);
    await advance(0);
    expect(log).toEqual([["closed", expect.stringContaining("bad address")]]);
  });

  it("stays within the server's limit of 10 messages a second and 100 at once", async () => {
    start();
    await last().welcomes();
    for (let i = 0; i < 200; i++) expect(client.signal(PEER, Uint8Array.of(i))).toBe(true);
    await advance(60_000);
    const { sent, sentAt } = last();
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
    start();
    await last().welcomes();
    const taken = Array.from({ length: 1000 }, (_, i) => client.signal(PEER, Uint8Array.of(i))).filter(Boolean);
    expect(taken.length).toBeLessThan(400);
    const first = last();
    await first.drops();
    expect(client.signal(PEER, Uint8Array.of(1))).toBe(false);
    const { length } = first.sent;
    await advance(1000);
    await last().welcomes();
    expect(sockets.length).toBe(2);
    expect(first.sent.length).toBe(length);
    expect(last().sent.length).toBe(2);
  });

  it("says nothing more once closed, and does not come back", async () => {
    start();
    await last().welcomes();
    log.length = 0;
    client.close();
    last().says({ type: "peers", peers: [PEER] });
    await last().drops();
    networkEvents.dispatchEvent(new Event("online"));
    await advance(60_000);
    expect(client.signal(PEER, Uint8Array.of(1))).toBe(false);
    expect([log, sockets.length, last().closedByClient]).toEqual([[], 1, true]);
  });
});
