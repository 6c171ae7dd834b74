import { decodeClientMessage, encodeServerMessage, type NodeId, type ServerMessage } from "@starling/protocol";
import { vi } from "vitest";
import { createSignalingClient, type SignalingClient, type SocketEvents } from "../src/index.ts";

export const PEER = "ab".repeat(32) as NodeId;
export const KEY = new Uint8Array(32).fill(1);
export const WELCOME: ServerMessage = {
  type: "welcome",
  peers: [PEER],
  ice: [{ urls: ["stun:a.example"] }],
  time: 1234,
};

/** The server's end of one attempt. */
export class FakeSocket {
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

/** A signaling client under test, with all sockets that it opened and all that it told. Wants fake timers. */
export class SignalingWorld {
  readonly sockets: FakeSocket[] = [];
  readonly log: unknown[][] = [];
  readonly networkEvents = new EventTarget();
  client!: SignalingClient;

  get last(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  open(events: SocketEvents): FakeSocket {
    this.sockets.push(new FakeSocket(events));
    return this.last;
  }

  start(options: Partial<Parameters<typeof createSignalingClient>[0]> = {}) {
    const record =
      (name: string) =>
      (...args: unknown[]) =>
        void this.log.push([name, ...args]);
    this.client = createSignalingClient(
      {
        url: "ws://server.example/ws",
        publicKey: KEY,
        sign: async (payload) => new Uint8Array(64).fill(payload.length),
        openSocket: (_url, events) => this.open(events),
        random: () => 0.999,
        networkEvents: this.networkEvents,
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
}

/** Lets the time of fake timers pass. */
export function advance(ms: number) {
  return vi.advanceTimersByTimeAsync(ms);
}
