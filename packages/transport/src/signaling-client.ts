import { decoded, fromBase64Url, type NodeId, nodeIdFromBytes, toBase64Url } from "@starling/protocol";
import { type Delivery, type SessionOptions, SignalingSession } from "./signaling-session.ts";
import { type OpenSocket, openWebSocket } from "./signaling-socket.ts";

/** Longest wait before the first and before any later attempt, in ms; it doubles in between. The shortest is half of it. */
const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;

/** A session that stood this long, in ms, shows that the server is well: the waits begin anew. */
const HEALTHY = 15_000;

/**
 * Close codes of the server after which the same attempt soon would fare no better: another tab took this identity
 * (4001), which would take it back and forth for ever, or the page is too old (4005).
 */
const HOPELESS_CODES: ReadonlySet<number> = new Set([4001, 4005]);
/** The wait after one of these, in ms. */
const HOPELESS_RETRY = 300_000;

/** How long the server may take to answer when the network came back under an open socket, in ms. */
const PROBE_TIMEOUT = 5000;

export interface SignalingOptions {
  /** Address of the server's WebSocket (`ws:` or `wss:`). */
  readonly url: string;
  /** Ed25519, 32 bytes; the server derives our id from it. */
  readonly publicKey: Uint8Array;
  /** Signs with the key of `publicKey`. */
  readonly sign: (payload: Uint8Array) => Promise<Uint8Array>;
  readonly openSocket?: OpenSocket;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Where the browser's `online` event comes from; by default the page or worker. */
  readonly networkEvents?: Pick<EventTarget, "addEventListener" | "removeEventListener">;
}

/** All are called asynchronously, none after `close()`. */
export interface SignalingEvents {
  /** The server knows us: some of its peers, the ICE servers to use, and its clock (ms since 1970). Just before `open`. */
  welcome(welcome: {
    readonly peers: readonly NodeId[];
    readonly ice: readonly RTCIceServer[];
    readonly time: number;
  }): void;
  open(): void;
  /** A connection message of another node, as it was sent; nothing about it was verified. */
  signal(from: NodeId, body: Uint8Array): void;
  /** `to` is not connected to the server; what was sent to it is lost. */
  gone(to: NodeId): void;
  peers(ids: readonly NodeId[]): void;
  /** An attempt or an open session ended; another attempt follows by itself. */
  closed(reason: string): void;
}

export interface SignalingClient {
  /** Sends a connection message. False when there is no open session, or too much waits to be sent: it is lost. */
  signal(to: NodeId, body: Uint8Array): boolean;
  /** Asks for peers, those nearest to `near` (32 bytes) if given, else random ones; `events.peers` brings them. */
  requestPeers(near?: Uint8Array): void;
  /** The server is needed: if there is no session, the waits before attempts begin anew with the shortest. */
  hurry(): void;
  /** For good. */
  close(): void;
}

/** Stays connected to the signaling server: reconnects with jittered exponential waits, at once when the network is back. */
export function createSignalingClient(options: SignalingOptions, events: SignalingEvents): SignalingClient {
  return new Client(options, events);
}

class Client implements SignalingClient {
  readonly #session: SessionOptions;
  readonly #events: SignalingEvents;
  readonly #random: () => number;
  readonly #networkEvents: SignalingOptions["networkEvents"];
  readonly #onOnline = () => this.#networkIsBack();
  #current: SignalingSession | null = null;
  #welcomedAt: number | null = null;
  #failures = 0;
  #hopeless = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: SignalingOptions, events: SignalingEvents) {
    const { url, publicKey, sign, openSocket = openWebSocket, random = Math.random } = options;
    this.#session = { url, publicKey, sign, openSocket };
    this.#events = events;
    this.#random = random;
    // Node has no such events.
    this.#networkEvents = options.networkEvents ?? ("addEventListener" in globalThis ? globalThis : undefined);
    this.#networkEvents?.addEventListener("online", this.#onOnline);
    this.#connect();
  }

  signal(to: NodeId, body: Uint8Array): boolean {
    return this.#current?.send({ type: "signal", to, body: toBase64Url(body) }) ?? false;
  }

  requestPeers(near?: Uint8Array): void {
    this.#current?.send(near === undefined ? { type: "peers" } : { type: "peers", near: nodeIdFromBytes(near) });
  }

  hurry(): void {
    if (this.#current !== null || this.#hopeless || this.#closed) return;
    this.#failures = 0;
    this.#retryLater();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#probeTimer);
    this.#networkEvents?.removeEventListener("online", this.#onOnline);
    this.#current?.end("closed");
    this.#current = null;
  }

  #connect(): void {
    this.#welcomedAt = null;
    this.#current = new SignalingSession(this.#session, {
      delivery: (message) => this.#deliver(message),
      ended: (code, reason) => this.#onEnded(code, reason),
    });
  }

  #deliver(message: Delivery): void {
    if (this.#closed) return;
    clearTimeout(this.#probeTimer);
    switch (message.type) {
      case "welcome":
        this.#welcomedAt = performance.now();
        this.#hopeless = false;
        this.#events.welcome({
          peers: message.peers,
          ice: message.ice.map(({ urls, ...login }) => ({ ...login, urls: [...urls] })),
          time: message.time,
        });
        this.#events.open();
        return;
      case "signal":
        return this.#deliverSignal(message.from, message.body);
      case "gone":
        return this.#events.gone(message.to);
      case "peers":
        return this.#events.peers(message.peers);
    }
  }

  /** The server hands bodies on without a look: a bad one is the sender's doing, and no reason to leave the server. */
  #deliverSignal(from: NodeId, text: string): void {
    const body = decoded(() => fromBase64Url(text));
    if (body !== null) this.#events.signal(from, body);
  }

  #onEnded(code: number, reason: string): void {
    if (this.#closed) return;
    this.#current = null;
    clearTimeout(this.#probeTimer);
    const healthy = this.#welcomedAt !== null && performance.now() - this.#welcomedAt >= HEALTHY;
    if (healthy) this.#failures = 0;
    this.#hopeless = HOPELESS_CODES.has(code);
    this.#retryLater();
    this.#events.closed(reason);
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryDelay());
    this.#failures += 1;
  }

  /** Half fixed, half random, so that the clients of a server that restarts do not come back together. */
  #retryDelay(): number {
    const longest = this.#hopeless ? HOPELESS_RETRY : Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.#failures);
    return longest * (0.5 + this.#random() / 2);
  }

  #networkIsBack(): void {
    if (this.#current === null) {
      if (this.#hopeless) return;
      clearTimeout(this.#retryTimer);
      this.#connect();
    } else if (this.#welcomedAt !== null) {
      this.#probe(this.#current);
    }
  }

  /** A socket of the old network may look open for minutes. */
  #probe(session: SignalingSession): void {
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(() => session.end("the server did not answer"), PROBE_TIMEOUT);
    session.send({ type: "peers" });
  }
}
