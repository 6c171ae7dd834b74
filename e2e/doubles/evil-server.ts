import {
  decodeClientMessage,
  decodeServerMessage,
  encodeServerMessage,
  fromBase64Url,
  type NodeId,
  nodeIdOf,
  toBase64Url,
} from "@starling/protocol";
import type { BrowserContext, WebSocketRoute } from "playwright/test";

/** A connection message on its way. The server tells the receiver whom it is from, and may lie. */
export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: Uint8Array;
}

/** What becomes of a letter: all that is delivered in its place, in this order. */
export type Attack = (letter: Letter) => readonly Letter[];

export const HONEST: Attack = (letter) => [letter];

/**
 * A server that hands on whatever it likes. It sits on the WebSockets of a few pages: the real server proves who they
 * are, while what they send to one another, and who else is named to them, is this one's doing alone.
 */
export class EvilServer {
  attack: Attack = HONEST;
  /** Letters that it took, and of them those that were not delivered as they were. */
  taken = 0;
  attacked = 0;
  readonly #members = new Map<NodeId, WebSocketRoute>();

  /** Serves all pages of this context from now on. */
  async serve(context: BrowserContext): Promise<void> {
    await context.routeWebSocket(/\/ws$/, (page) => this.#serve(page));
  }

  get members(): readonly NodeId[] {
    return [...this.#members.keys()];
  }

  #serve(page: WebSocketRoute): void {
    const server = page.connectToServer();
    let id: NodeId | null = null;
    page.onMessage((text) => {
      const message = decodeClientMessage(text.toString());
      if (message?.type === "hello") {
        id = nodeIdOf(message.publicKey);
        this.#members.set(id, page);
      }
      if (message?.type !== "signal" || id === null) return server.send(text);
      this.#take({ from: id, to: message.to, body: fromBase64Url(message.body) });
    });
    server.onMessage((text) => {
      const message = decodeServerMessage(text.toString());
      if (message?.type !== "welcome" && message?.type !== "peers") return page.send(text);
      // Nobody but the few is there for them.
      const peers = message.peers.filter((peer) => this.#members.has(peer));
      page.send(encodeServerMessage({ ...message, peers }));
    });
    page.onClose(() => {
      if (id !== null && this.#members.get(id) === page) this.#members.delete(id);
      server.close();
    });
  }

  #take(letter: Letter): void {
    const delivered = this.attack(letter);
    this.taken++;
    if (delivered.length !== 1 || delivered[0] !== letter) this.attacked++;
    for (const { from, to, body } of delivered)
      this.#members.get(to)?.send(encodeServerMessage({ type: "signal", from, body: toBase64Url(body) }));
  }
}
