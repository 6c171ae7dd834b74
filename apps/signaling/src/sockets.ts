import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { type IceServer, SIGNALING_MAX_MESSAGE } from "@starling/protocol";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { clientAddress } from "./client-address.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { encodeChecked } from "./encoding.ts";
import { CLOSINGS } from "./hub/closings.ts";
import type { HubEffect } from "./hub/effects.ts";
import { Hub } from "./hub/hub.ts";
import type { HubInput } from "./hub/inputs.ts";
import type { HubLimits } from "./hub/limits.ts";
import { isOriginAllowed } from "./origin.ts";
import { createOutbox } from "./outbox.ts";

/** A socket with more unread bytes than this is cut: it does not read. */
const MAX_UNREAD_BYTES = 256 * 1024;
const MAX_FRAGMENTS = 16;
const MAX_BUFFERED_CHUNKS = 256;
const TICK_MS = 1_000;
/** How long a closing handshake may take before the socket is cut. */
const CLOSE_TIMEOUT_MS = 1_500;
const GOING_AWAY = 1001;
const NO_STREAM = new Duplex();

export interface SocketOptions {
  readonly limits: HubLimits;
  readonly ice: readonly IceServer[];
  readonly origins: readonly string[];
  readonly trustProxy: boolean;
  /** Every socket is pinged this often, in ticks of a second, and cut when it did not answer the ping before. */
  readonly pingTicks: number;
  /** Told of each effect of the hub, and of each socket that is cut without its word. */
  readonly observe: (event: HubEffect | SocketCut) => void;
}

/** `slow`: did not read; `silent`: did not answer a ping. */
export interface SocketCut {
  readonly type: "cut";
  readonly reason: "slow" | "silent";
}

export interface Sockets {
  /** Takes an HTTP upgrade of `/ws` over, or refuses it. */
  readonly upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  readonly counts: () => { readonly nodes: number; readonly sockets: number };
  /** Ends all sockets with 1001; resolves within two seconds. */
  readonly close: () => Promise<void>;
}

/** Its listeners are shared by all sockets, as one closure a socket and event would cost a tenth of its memory. */
class NumberedSocket extends WebSocket {
  number = 0;
  answered = true;
  /** What it was upgraded from; set before anything is sent. */
  stream: Duplex = NO_STREAM;
}

/** Connects WebSockets to a hub; every decision is the hub's. */
export function createSockets(options: SocketOptions): Sockets {
  const hub = new Hub({
    limits: options.limits,
    ice: options.ice,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const sockets = new Map<number, NumberedSocket>();
  let lastNumber = 0;
  let ticks = 0;

  const server = new WebSocketServer({
    noServer: true,
    WebSocket: NumberedSocket,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: SIGNALING_MAX_MESSAGE,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
  });

  function feed(input: HubInput): void {
    for (const effect of hub.handle(input, performance.now())) {
      options.observe(effect);
      perform(effect);
    }
  }

  function perform(effect: HubEffect): void {
    const socket = sockets.get(effect.socket);
    if (socket === undefined) return;
    switch (effect.type) {
      case "send":
        hold(socket);
        socket.send(encodeChecked(effect.message));
        return;
      case "close":
        end(socket, CLOSINGS[effect.closing].code, CLOSINGS[effect.closing].reason);
        return;
      case "verify":
        verifyEd25519(effect.publicKey, effect.payload, effect.signature, (ok) =>
          feed({ type: "verified", socket: effect.socket, ok, time: Date.now() }),
        );
    }
  }

  const hold = createOutbox<NumberedSocket>((socket) => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) cut(socket, "slow");
  });

  function cut(socket: NumberedSocket, reason: SocketCut["reason"]): void {
    options.observe({ type: "cut", reason });
    socket.terminate();
  }

  function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
    const { number } = this as NumberedSocket;
    // With ws's default binaryType a message is one Buffer.
    feed(isBinary ? { type: "binary", socket: number } : { type: "message", socket: number, text: data.toString() });
  }

  function onPong(this: WebSocket): void {
    (this as NumberedSocket).answered = true;
  }

  function onClose(this: WebSocket): void {
    const { number } = this as NumberedSocket;
    sockets.delete(number);
    feed({ type: "closed", socket: number });
  }

  function open(socket: NumberedSocket, stream: Duplex, address: string): void {
    lastNumber += 1;
    socket.stream = stream;
    socket.number = lastNumber;
    sockets.set(lastNumber, socket);
    socket.on("message", onMessage).on("pong", onPong).on("close", onClose).on("error", ignore);
    feed({ type: "open", socket: lastNumber, address });
  }

  /** Pings a share of the sockets each tick, so that many do not wake at once. */
  function ping(): void {
    ticks += 1;
    for (const socket of sockets.values()) {
      if (socket.number % options.pingTicks !== ticks % options.pingTicks) continue;
      if (!socket.answered) {
        cut(socket, "silent");
        continue;
      }
      socket.answered = false;
      socket.ping();
    }
  }

  const timer = setInterval(() => {
    feed({ type: "tick" });
    ping();
  }, TICK_MS);
  timer.unref();

  return {
    counts: () => hub.counts,
    upgrade(request, stream, head) {
      if (!isOriginAllowed(request.headers, options.origins, options.trustProxy)) {
        refuseUpgrade(stream, "403 Forbidden");
        return;
      }
      const address = clientAddress(request, options.trustProxy);
      server.handleUpgrade(request, stream, head, (socket) => open(socket, stream, address));
    },
    async close() {
      clearInterval(timer);
      const open = [...sockets.values()];
      const closings = open.map(isClosed);
      for (const socket of open) end(socket, GOING_AWAY, "The server is stopping.");
      await Promise.all(closings);
    },
  };
}

/** Answers an upgrade that is not taken. */
export function refuseUpgrade(stream: Duplex, status: string): void {
  stream.on("error", ignore);
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy());
}

/** Closes, and cuts when the peer does not finish the handshake; ws would wait for 30 s. */
function end(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
}

function isClosed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

/** A socket's error is followed by its close, which says all that the hub needs. */
function ignore(): void {}
