import {
  Dht,
  type DhtCommand,
  type DhtEffect,
  type DhtInput,
  type DhtResult,
  type DhtView,
  type Visibility,
} from "@starling/dht";
import {
  DecodeError,
  decodeOverlayFrame,
  encodeOverlayFrame,
  idBytes,
  type NodeId,
  type Root,
} from "@starling/protocol";
import type { IdentityContact } from "@starling/store";
import { OverlayError } from "./errors.ts";
import type { Identity } from "./identity.ts";
import type { Network } from "./network.ts";
import { Runner } from "./runner.ts";

/** In the network's account of who wants which link. */
const WHY = "overlay";

export interface OverlayEvents {
  /** Providers of a share, as a search finds them. */
  providers(root: Root, peers: readonly NodeId[]): void;
  /** A connection message that came over the overlay. */
  carried(from: NodeId, body: Uint8Array): void;
  uncarried(to: NodeId): void;
  message(from: NodeId, to: NodeId, payload: Uint8Array): void;
  topicMessage(topic: string, from: NodeId, payload: Uint8Array): void;
  saveContacts(contacts: readonly IdentityContact[]): void;
  progressed(): void;
}

type Numberless<Command> = Command extends { readonly op: number } ? Omit<Command, "op"> : never;
/** A command without the number that {@link OverlayHost.run} gives it. */
export type OverlayCommand = Numberless<DhtCommand>;

interface Waiting {
  resolve(result: DhtResult): void;
  reject(error: OverlayError): void;
}

/** Runs the overlay's machine: its frames over the network's links, its questions to the server, its user's operations. */
export class OverlayHost {
  readonly #dht: Dht;
  readonly #runner: Runner<DhtInput, DhtEffect>;
  readonly #identity: Identity;
  readonly #network: () => Network;
  readonly #events: OverlayEvents;
  readonly #waiting = new Map<number, Waiting>();
  /** Nothing is signed before the numbers that it may bear are kept. */
  #numbersSaved: Promise<void> = Promise.resolve();
  #operations = 0;

  constructor(identity: Identity, network: () => Network, events: OverlayEvents) {
    const { nodeId: id, keys } = identity;
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    this.#identity = identity;
    this.#network = network;
    this.#events = events;
    this.#dht = new Dht({ self: { id, publicKey: keys.publicKey }, random });
    this.#runner = new Runner(this.#dht, (effect) => this.#perform(effect));
  }

  /** Whether it can carry or ask anything. */
  get ready(): boolean {
    return this.#network().links.size > 0;
  }

  view(): DhtView {
    return this.#dht.view();
  }

  input(input: Exclude<DhtInput, DhtCommand>): void {
    this.#runner.dispatch(input);
  }

  /** The browser showed, hid, froze or woke the page. */
  visibility(visibility: Visibility): void {
    this.input({ type: "visibility", visibility });
  }

  tick(): void {
    if (performance.now() >= this.#dht.wakeAt) this.input({ type: "tick" });
  }

  /** Malformed frames end the link. */
  frame(peer: NodeId, frame: Uint8Array): void {
    try {
      this.input({ type: "frame", peer, frame: decodeOverlayFrame(frame) });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#network().disconnect(peer, `an overlay frame could not be read: ${error.message}`);
    }
  }

  /** Resolves or rejects when the operation ends. */
  run(command: OverlayCommand): Promise<DhtResult> {
    const op = ++this.#operations;
    return new Promise((resolve, reject) => {
      this.#waiting.set(op, { resolve, reject });
      this.#runner.dispatch({ ...command, op });
    });
  }

  /** Nothing more will come: what waits is told so. */
  close(): void {
    this.input({ type: "leave" });
    for (const { reject } of this.#waiting.values()) reject(new OverlayError("unreachable", "the client was closed"));
    this.#waiting.clear();
  }

  #perform(effect: DhtEffect): void {
    const network = this.#network();
    switch (effect.type) {
      case "send":
        return network.links.send(effect.peer, encodeOverlayFrame(effect.frame), "control");
      case "want-link":
        return network.want(effect.peer, WHY, effect.importance);
      case "release-link":
        return network.unwant(effect.peer, WHY);
      case "drop":
        return network.drop(effect);
      case "ask-server":
        return network.requestPeers(effect.near === null ? undefined : idBytes(effect.near));
      case "server-needed":
        // One that is not needed stays open and idle: newcomers meet only those whom the server knows.
        if (effect.needed) network.hurryToServer();
        return;
      case "sign":
        return this.#sign(effect.token, effect.payload);
      case "verify":
        return this.#verify(effect);
      default:
        return this.#report(effect);
    }
  }

  #report(effect: Exclude<DhtEffect, { type: "send" | "want-link" | "release-link" | "drop" | "ask-server" }>): void {
    this.#events.progressed();
    switch (effect.type) {
      case "providers":
        return this.#events.providers(effect.root, effect.peers);
      case "carried":
        return this.#events.carried(effect.from, effect.body);
      case "uncarried":
        return this.#events.uncarried(effect.to);
      case "message":
        return this.#events.message(effect.from, effect.to, effect.payload);
      case "topic-message":
        return this.#events.topicMessage(effect.topic, effect.from, effect.payload);
      case "save-contacts":
        return this.#events.saveContacts(effect.contacts);
      case "save-numbers":
        this.#numbersSaved = this.#identity.saveNumbers(effect.numbers).catch(() => undefined);
        return;
      case "result":
        return this.#ended(effect);
    }
  }

  #ended(effect: Extract<DhtEffect, { type: "result" }>): void {
    const waiting = this.#waiting.get(effect.op);
    this.#waiting.delete(effect.op);
    if (effect.ok) waiting?.resolve(effect.result);
    else waiting?.reject(new OverlayError(effect.failure, effect.detail));
  }

  #sign(token: number, payload: Uint8Array): void {
    const { keys } = this.#identity;
    void this.#numbersSaved
      .then(() => keys.sign(payload))
      .then((signature) => this.input({ type: "signed", token, signature }));
  }

  #verify({ token, publicKey, payload, signature }: Extract<DhtEffect, { type: "verify" }>): void {
    void this.#identity.keys
      .verify(publicKey, payload, signature)
      .then((ok) => this.input({ type: "verified", token, ok }));
  }
}
