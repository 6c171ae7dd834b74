import {
  type ClientMessage,
  DecodeError,
  decodeClientMessage,
  type IceServer,
  ID_BYTES,
  type Machine,
  type NodeId,
  nodeIdOf,
  PROTOCOL_VERSION,
  provePayload,
  type RandomBytes,
} from "@starling/protocol";
import { AddressCounts, addressGroup } from "./addresses.ts";
import type { ClosingName } from "./closings.ts";
import { Directory } from "./directory.ts";
import type { HubEffect } from "./effects.ts";
import type { HubInput } from "./inputs.ts";
import { type HubLimits, NEAREST_PEERS, RANDOM_PEERS } from "./limits.ts";
import type { Session } from "./session.ts";
import { takeToken } from "./token-bucket.ts";

export interface HubOptions {
  readonly limits: HubLimits;
  /** Told to every node in `welcome`. */
  readonly ice: readonly IceServer[];
  readonly random: RandomBytes;
}

type Effects = readonly HubEffect[];
const NOTHING: Effects = [];

/**
 * The meeting point of nodes as a pure machine: it proves identities, tells who else is there and passes signals on.
 * It keeps who is connected and nothing else.
 *
 * Invariants:
 * - An id in the directory belongs to a live session at stage `proved` with that id, and to one only.
 * - Every session holds one place of its address; closing gives it back exactly once.
 * - A session that is not proved stands in `#unproved`, oldest first.
 */
export class Hub implements Machine<HubInput, HubEffect> {
  readonly #options: HubOptions;
  readonly #sessions = new Map<number, Session>();
  readonly #unproved = new Set<number>();
  readonly #addresses = new AddressCounts();
  readonly #directory = new Directory();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Proved nodes, and all sockets. */
  get counts(): { readonly nodes: number; readonly sockets: number } {
    return { nodes: this.#directory.size, sockets: this.#sessions.size };
  }

  /** @param now ms on a monotonic clock. */
  handle(input: HubInput, now: number): Effects {
    if (input.type === "tick") return this.#dropLate(now);
    if (input.type === "open") return this.#open(input.socket, input.address, now);
    const session = this.#sessions.get(input.socket);
    if (session === undefined) return NOTHING;
    switch (input.type) {
      case "message":
        return this.#receive(input.socket, session, input.text, now);
      case "binary":
        return this.#close(input.socket, session, "malformed");
      case "verified":
        return this.#verified(input.socket, session, input.ok, input.time);
      case "closed":
        this.#forget(input.socket, session);
        return NOTHING;
    }
  }

  #open(socket: number, address: string, now: number): Effects {
    const { burst, socketsPerAddress } = this.#options.limits;
    const group = addressGroup(address);
    if (!this.#addresses.admit(group, socketsPerAddress)) return [{ type: "close", socket, closing: "address-full" }];
    const nonce = this.#options.random(ID_BYTES);
    this.#sessions.set(socket, {
      addressGroup: group,
      tokens: burst,
      at: now,
      stage: { name: "fresh", openedAt: now, nonce },
    });
    this.#unproved.add(socket);
    // Unasked, so that a newcomer need not wait for the answer to its `hello`: a round trip less until it is let in.
    return [{ type: "send", socket, message: { type: "challenge", nonce } }];
  }

  /** Every message costs a token, also one that cannot be read. */
  #receive(socket: number, session: Session, text: string, now: number): Effects {
    const { messagesPerSecond, burst } = this.#options.limits;
    const hadTokens = session.tokens >= 0;
    const verdict = takeToken(session, now, messagesPerSecond, burst);
    if (verdict === "flood") return this.#close(socket, session, "flood");
    if (verdict === "excess") return hadTokens ? [tooFast(socket)] : NOTHING;
    const message = decode(text);
    if (message === "unknown") return NOTHING;
    if (message === "malformed") return this.#close(socket, session, "malformed");
    return this.#act(socket, session, message);
  }

  #act(socket: number, session: Session, message: ClientMessage): Effects {
    const { stage } = session;
    if (stage.name === "proved") return this.#serve(socket, session, stage.id, message);
    if (stage.name === "fresh" && message.type === "hello") return this.#greeted(socket, session, message);
    if (stage.name === "greeted" && message.type === "prove") {
      session.stage = { ...stage, name: "verifying" };
      const { publicKey, nonce } = stage;
      return [{ type: "verify", socket, publicKey, payload: provePayload(nonce), signature: message.signature }];
    }
    return this.#close(socket, session, "wrong-order");
  }

  #greeted(socket: number, session: Session, hello: ClientMessage & { readonly type: "hello" }): Effects {
    if (hello.v !== PROTOCOL_VERSION) return this.#close(socket, session, "wrong-version");
    if (session.stage.name !== "fresh") return NOTHING;
    session.stage = { ...session.stage, name: "greeted", publicKey: hello.publicKey };
    return NOTHING;
  }

  #verified(socket: number, session: Session, ok: boolean, time: number): Effects {
    if (session.stage.name !== "verifying") return NOTHING;
    if (!ok) return this.#close(socket, session, "bad-proof");
    const id = nodeIdOf(session.stage.publicKey);
    const replaced = this.#replace(id);
    session.stage = { name: "proved", id };
    this.#unproved.delete(socket);
    this.#directory.set(id, socket);
    const peers = this.#somePeers(id, id);
    return [...replaced, { type: "send", socket, message: { type: "welcome", peers, ice: this.#options.ice, time } }];
  }

  #replace(id: NodeId): Effects {
    const socket = this.#directory.socketOf(id);
    const session = socket === undefined ? undefined : this.#sessions.get(socket);
    if (socket === undefined || session === undefined) return NOTHING;
    return this.#close(socket, session, "replaced");
  }

  #serve(socket: number, session: Session, id: NodeId, message: ClientMessage): Effects {
    switch (message.type) {
      case "signal": {
        const target = this.#directory.socketOf(message.to);
        if (target === undefined || target === socket) {
          return [{ type: "send", socket, message: { type: "gone", to: message.to } }];
        }
        return [{ type: "send", socket: target, message: { type: "signal", from: id, body: message.body } }];
      }
      case "peers": {
        const peers = this.#somePeers(message.near ?? id, id);
        return [{ type: "send", socket, message: { type: "peers", peers } }];
      }
      default:
        return this.#close(socket, session, "wrong-order");
    }
  }

  /** Random nodes, so that no region is left alone, and the nearest to `near`, for its place in the overlay. */
  #somePeers(near: NodeId, except: NodeId): NodeId[] {
    const nearest = this.#directory.nearest(near, NEAREST_PEERS, except);
    const random = this.#directory.random(RANDOM_PEERS, this.#options.random, except);
    return [...new Set([...nearest, ...random])];
  }

  #dropLate(now: number): Effects {
    const late: HubEffect[] = [];
    for (const socket of this.#unproved) {
      const session = this.#sessions.get(socket);
      if (session === undefined || session.stage.name === "proved") continue;
      if (now - session.stage.openedAt < this.#options.limits.helloTimeoutMs) break;
      late.push(...this.#close(socket, session, "hello-timeout"));
    }
    return late;
  }

  #close(socket: number, session: Session, closing: ClosingName): Effects {
    this.#forget(socket, session);
    return [{ type: "close", socket, closing }];
  }

  #forget(socket: number, session: Session): void {
    this.#sessions.delete(socket);
    this.#unproved.delete(socket);
    this.#addresses.release(session.addressGroup);
    if (session.stage.name === "proved") this.#directory.remove(session.stage.id, socket);
  }
}

/** Said once when the tokens run out, so that a flood is not answered by a flood. */
function tooFast(socket: number): HubEffect {
  const message = "Messages come too fast; some were not delivered.";
  return { type: "send", socket, message: { type: "error", code: "too-fast", message } };
}

/** `unknown`: a type of a later version, to be ignored. */
function decode(text: string): ClientMessage | "unknown" | "malformed" {
  try {
    return decodeClientMessage(text) ?? "unknown";
  } catch (error) {
    if (error instanceof DecodeError) return "malformed";
    throw error;
  }
}
