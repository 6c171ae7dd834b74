import {
  type ConnectType,
  connectPayload,
  decodeAcceptBody,
  decodeConnectMessage,
  encodeCandidatesBody,
  encodeConnectMessage,
  encodeDescriptionBody,
  encodeIntentBody,
  encodeRefuseBody,
  messageHash,
  NO_MESSAGE_HASH,
  sealBody,
  sealInfo,
  sealKeyPair,
  sharedSecret,
  toHex,
} from "@starling/protocol";
import type { Node, World } from "./world.ts";

/** A peer played by hand: it knows its own key and may send anything. It stands in for a node of the world. */
export class Puppet {
  readonly node: Node;
  readonly session: string;
  readonly received: { readonly type: string; readonly bytes: Uint8Array }[] = [];
  readonly #world: World;
  readonly #to: Node;
  readonly #box;
  #accept: Uint8Array | null = null;

  constructor(world: World, name: string, to: string) {
    this.#world = world;
    this.node = world.node(name);
    this.#to = world.node(to);
    this.session = toHex(world.random.bytes(16));
    this.#box = sealKeyPair(world.random.bytes(32));
    const carry = world.carry;
    world.carry = (letter) => {
      if (letter.to !== this.node.id) return carry(letter);
      this.#take(letter.body);
      return [];
    };
  }

  /** Sends an intent, of another purpose if so told, and waits for what comes back. */
  intent(purpose: "link" | "lane" = "link"): Uint8Array {
    const { publicKey } = this.node.identity;
    const nonce = this.#world.random.bytes(32);
    return this.#send("intent", encodeIntentBody({ purpose, publicKey, boxKey: this.#box.publicKey, nonce }));
  }

  offer(sdp: string): Uint8Array {
    return this.#send("offer", encodeDescriptionBody({ sdp }));
  }

  answer(sdp: string): Uint8Array {
    return this.#send("answer", encodeDescriptionBody({ sdp }));
  }

  candidates(count: number): Uint8Array {
    const candidates = Array.from({ length: count }, (_, index) => ({
      candidate: `candidate:${this.#world.random.next()} ${index}`,
      sdpMid: null,
      sdpMLineIndex: null,
    }));
    return this.#send("candidates", encodeCandidatesBody({ candidates }));
  }

  refuse(reason: string): Uint8Array {
    const { publicKey } = this.node.identity;
    return this.#send("refuse", encodeRefuseBody({ publicKey, reason, alternates: [] }));
  }

  #send(type: ConnectType, body: Uint8Array): Uint8Array {
    const claim = { from: this.node.id, to: this.#to.id, session: this.session, type };
    const answersHash = type === "intent" || this.#accept === null ? NO_MESSAGE_HASH : messageHash(this.#accept);
    const payload = connectPayload({ ...claim, bodyHash: messageHash(body), answersHash });
    const signature = this.#world.signAs(this.node, payload);
    const bytes = encodeConnectMessage({ type, session: this.session, body: this.#sealed(type, body), signature });
    this.#world.deliver({ from: this.node.id, to: this.#to.id, body: bytes });
    this.#world.run(100);
    return bytes;
  }

  #sealed(type: ConnectType, body: Uint8Array): Uint8Array {
    if (type === "intent" || type === "refuse" || this.#accept === null) return body;
    const accept = decodeAcceptBody(decodeConnectMessage(this.#accept)!.body);
    const info = sealInfo({ from: this.node.id, to: this.#to.id, session: this.session, type });
    return sealBody(sharedSecret(this.#box.secretKey, accept.boxKey)!, info, this.#world.random.bytes(24), body);
  }

  #take(bytes: Uint8Array): void {
    const message = decodeConnectMessage(bytes);
    if (message?.session !== this.session) return;
    this.received.push({ type: message.type, bytes });
    if (message.type === "accept") this.#accept = bytes;
  }
}
