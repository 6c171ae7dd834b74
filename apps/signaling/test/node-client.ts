import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from "node:crypto";
import {
  type ClientMessage,
  decodeServerMessage,
  encodeClientMessage,
  fromBase64Url,
  type NodeId,
  nodeIdOf,
  provePayload,
  type ServerMessage,
} from "@starling/protocol";
import { type ClientOptions, WebSocket } from "ws";
import type { RunningServer } from "../src/server.ts";

type Of<Type extends ServerMessage["type"]> = ServerMessage & { readonly type: Type };

/** A node as the server sees it: a WebSocket with an Ed25519 key. */
export class NodeClient {
  readonly socket: WebSocket;
  readonly id: NodeId;
  readonly publicKey: Uint8Array;
  readonly #keys: KeyPairKeyObjectResult;
  readonly #received: ServerMessage[] = [];
  #wake: () => void = () => {};
  /** The code of the close, once it is there. */
  readonly closed: Promise<number>;

  private constructor(server: RunningServer, options: ClientOptions, keys = generateKeyPairSync("ed25519")) {
    this.#keys = keys;
    this.publicKey = fromBase64Url(keys.publicKey.export({ format: "jwk" }).x ?? "");
    this.id = nodeIdOf(this.publicKey);
    this.socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, { origin: server.url, ...options });
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      const message = decodeServerMessage(String(data));
      if (message !== null) this.#received.push(message);
      this.#wake();
    });
  }

  /** Opens the WebSocket and says nothing. Rejects with the HTTP status if it is refused. */
  static async connect(server: RunningServer, options: ClientOptions = {}, like?: NodeClient): Promise<NodeClient> {
    const client = new NodeClient(server, options, like === undefined ? undefined : like.#keys);
    await new Promise<void>((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("unexpected-response", (_, response) => reject(new Error(`status ${response.statusCode}`)));
      client.socket.once("error", reject);
    });
    return client;
  }

  /** Connects, with the key of `like` if given, and proves it. */
  static async join(server: RunningServer, options: ClientOptions = {}, like?: NodeClient): Promise<NodeClient> {
    const client = await NodeClient.connect(server, options, like);
    await client.prove();
    return client;
  }

  async prove(): Promise<Of<"welcome">> {
    this.send({ type: "hello", v: 1, publicKey: this.publicKey });
    const { nonce } = await this.next("challenge");
    this.send({ type: "prove", signature: new Uint8Array(sign(null, provePayload(nonce), this.#keys.privateKey)) });
    return this.next("welcome");
  }

  send(message: ClientMessage): void {
    this.socket.send(encodeClientMessage(message));
  }

  signal(to: NodeId, body = "aGVsbG8"): void {
    this.send({ type: "signal", to, body });
  }

  /** The next message, which must be of this type. */
  async next<Type extends ServerMessage["type"]>(type: Type): Promise<Of<Type>> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const message = this.#received.shift();
    if (message?.type !== type) throw new Error(`${message?.type} instead of ${type}`);
    return message as Of<Type>;
  }
}
