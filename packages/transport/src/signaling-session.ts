import {
  type ClientMessage,
  DecodeError,
  decodeServerMessage,
  encodeClientMessage,
  PROTOCOL_VERSION,
  provePayload,
  type ServerMessage,
} from "@starling/protocol";
import { Pacer } from "./pacer.ts";
import type { OpenSocket, Socket } from "./signaling-socket.ts";

/** From opening to `welcome`, in ms: a server or proxy that takes longer is as good as none. */
const WELCOME_TIMEOUT = 10_000;

/** Below the server's limit of 10 messages a second and 100 at once, as clocks and networks bunch messages. */
const MESSAGES_PER_SECOND = 8;
const MESSAGE_BURST = 80;

/** A close code of ours, never sent: the session was ended on this side. */
const ENDED_HERE = 0;

export interface SessionOptions {
  readonly url: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs with the key of `publicKey`. */
  readonly sign: (payload: Uint8Array) => Promise<Uint8Array>;
  readonly openSocket: OpenSocket;
}

/** What the server says once it knows us. */
export type Delivery = Exclude<ServerMessage, { readonly type: "challenge" | "error" }>;

interface SessionEvents {
  /** `welcome` first, and once. */
  delivery(message: Delivery): void;
  /** The last event. `code`: the socket's close code, or {@link ENDED_HERE}. Never called from within a method. */
  ended(code: number, reason: string): void;
}

type Stage = "opening" | "greeted" | "proved" | "welcomed" | "ended";

/** The life of one socket: hello, challenge, prove, welcome, then messages both ways. */
export class SignalingSession {
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #pacer = new Pacer<ClientMessage>((message) => this.#transmit(message), MESSAGE_BURST, MESSAGES_PER_SECOND);
  readonly #timeout: ReturnType<typeof setTimeout>;
  #socket: Socket | null = null;
  #stage: Stage = "opening";
  #complaint = "";

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#timeout = setTimeout(() => this.end("the server did not answer in time"), WELCOME_TIMEOUT);
    try {
      this.#socket = options.openSocket(options.url, {
        open: () => this.#greet(),
        message: (data) => this.#onMessage(data),
        closed: (code, reason) => this.#end(code, reason || this.#complaint),
      });
    } catch (error) {
      this.end(String(error));
    }
  }

  /** False when the server does not know us (any more), or too much waits to be sent. */
  send(message: ClientMessage): boolean {
    return this.#stage === "welcomed" && this.#pacer.push(message);
  }

  end(reason: string): void {
    this.#end(ENDED_HERE, reason);
  }

  #greet(): void {
    if (this.#stage !== "opening") return;
    this.#stage = "greeted";
    this.#pacer.push({ type: "hello", v: PROTOCOL_VERSION, publicKey: this.#options.publicKey });
  }

  #onMessage(data: unknown): void {
    if (this.#stage === "ended") return;
    try {
      if (typeof data !== "string") throw new DecodeError("not-text");
      const message = decodeServerMessage(data);
      if (message !== null) this.#take(message);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.end(`the server sent a malformed message (${error.code})`);
    }
  }

  #take(message: ServerMessage): void {
    if (message.type === "error") this.#complaint = message.message;
    else if (message.type === "challenge") this.#prove(message.nonce);
    else if (this.#stage === (message.type === "welcome" ? "proved" : "welcomed")) this.#deliver(message);
    else throw new DecodeError("wrong-order");
  }

  #prove(nonce: Uint8Array): void {
    if (this.#stage !== "greeted") throw new DecodeError("wrong-order");
    this.#stage = "proved";
    this.#options.sign(provePayload(nonce)).then(
      (signature) => this.#pacer.push({ type: "prove", signature }),
      (error) => this.end(`signing failed: ${error}`),
    );
  }

  #deliver(message: Delivery): void {
    if (message.type === "welcome") {
      clearTimeout(this.#timeout);
      this.#stage = "welcomed";
    }
    this.#events.delivery(message);
  }

  #transmit(message: ClientMessage): void {
    if (this.#stage !== "ended") this.#socket?.send(encodeClientMessage(message));
  }

  #end(code: number, reason: string): void {
    if (this.#stage === "ended") return;
    this.#stage = "ended";
    clearTimeout(this.#timeout);
    this.#pacer.stop();
    this.#socket?.close();
    queueMicrotask(() => this.#events.ended(code, reason));
  }
}
