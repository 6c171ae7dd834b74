import { Connect, type ConnectEffect, type ConnectInput, type SessionId } from "@starling/connect";
import { encodeFrame, FRAME, frameBody, frameKind, type NodeId, nodeIdOf } from "@starling/protocol";
import { type Association, createSignalingClient, createWebRtcTransport } from "@starling/transport";

const TICK_MS = 250;

/** An Ed25519 key pair; the public key has 32 bytes. */
export interface TestKeys {
  readonly publicKey: Uint8Array;
  readonly privateKey: CryptoKey;
}

export async function newKeys(): Promise<TestKeys> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey, privateKey: pair.privateKey };
}

export interface TestNodeEvents {
  linkUp(peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array): void;
  linkDown(peer: NodeId, reason: string): void;
  /** A dial came to nothing: what the other side said, or what went wrong. */
  dialFailed(peer: NodeId, reason: string): void;
  /** Any frame but hello. */
  frame(peer: NodeId, frame: Uint8Array): void;
}

interface Session {
  readonly association: Association;
  greeted: boolean;
  peer: NodeId | null;
  /** Frames that came while the hello was being checked. */
  readonly early: Uint8Array[];
}

/** A node with a key of its own and real signed connections: what a program other than ours would bring along. */
export class TestNode {
  readonly nodeId: NodeId;
  readonly #keys: TestKeys;
  readonly #events: TestNodeEvents;
  readonly #connect: Connect;
  readonly #transport = createWebRtcTransport();
  readonly #signaling;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #links = new Map<NodeId, Session>();
  readonly #inputs: ConnectInput[] = [];
  #busy = false;

  constructor(keys: TestKeys, signalingUrl: string, events: TestNodeEvents) {
    const { publicKey } = keys;
    this.#keys = keys;
    this.nodeId = nodeIdOf(publicKey);
    this.#events = events;
    this.#connect = new Connect({
      self: { nodeId: this.nodeId, publicKey },
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    });
    this.#signaling = createSignalingClient(
      { url: signalingUrl, publicKey, sign: (payload) => this.#sign(payload) },
      {
        welcome: () => undefined,
        open: () => this.#dispatch({ type: "carrier", open: true }),
        closed: () => this.#dispatch({ type: "carrier", open: false }),
        signal: (from, body) => this.#dispatch({ type: "message", from, body }),
        gone: (to) => this.#dispatch({ type: "gone", to }),
        peers: () => undefined,
      },
    );
    setInterval(() => this.#dispatch({ type: "tick" }), TICK_MS);
  }

  /** Dials until the link stands, as often as the machine sees fit. */
  dial(peer: NodeId): void {
    this.#dispatch({ type: "want", peer });
  }

  send(peer: NodeId, frame: Uint8Array, priority: "control" | "block" = "control"): void {
    this.#links.get(peer)?.association.send(frame, priority);
  }

  /** One input at a time: effects may bring further ones. */
  #dispatch(input: ConnectInput): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift())
      for (const effect of this.#connect.handle(next, performance.now())) this.#perform(effect);
    this.#busy = false;
  }

  #perform(effect: ConnectEffect): void {
    switch (effect.type) {
      case "send":
        this.#signaling.signal(effect.to, effect.body);
        return;
      case "sign":
        void this.#sign(effect.payload).then((signature) =>
          this.#dispatch({ type: "signed", token: effect.token, signature }),
        );
        return;
      case "verify":
        void verifies(effect).then((ok) => this.#dispatch({ type: "verified", token: effect.token, ok }));
        return;
      case "attempt-failed":
        return this.#events.dialFailed(effect.peer, `${effect.reason}: ${effect.detail}`);
      case "link-down":
        this.#links.delete(effect.peer);
        return this.#events.linkDown(effect.peer, `${effect.reason}: ${effect.detail}`);
      default:
        return this.#performFor(effect);
    }
  }

  #performFor(effect: Extract<ConnectEffect, { session: SessionId }>): void {
    if (effect.type === "create") return this.#create(effect.session, effect.initiator);
    const session = this.#sessions.get(effect.session);
    if (!session) return;
    if (effect.type === "describe") session.association.describe(effect.description);
    if (effect.type === "add-candidate") session.association.addCandidate(effect.candidate);
    if (effect.type === "send-hello") session.association.send(encodeFrame(FRAME.hello, effect.body), "control");
    if (effect.type === "close") session.association.close(effect.reason);
    if (effect.type === "link-up") this.#linkUp(session, effect);
  }

  async #sign(payload: Uint8Array): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign("Ed25519", this.#keys.privateKey, payload.slice()));
  }

  #create(id: SessionId, initiator: boolean): void {
    const association = this.#transport.create(
      { initiator, iceServers: [] },
      {
        description: (description) => this.#dispatch({ type: "described", session: id, description }),
        candidate: (candidate) => this.#dispatch({ type: "gathered", session: id, candidate }),
        open: () => this.#dispatch({ type: "opened", session: id }),
        frame: (frame) => this.#frame(id, frame),
        flushed: () => undefined,
        closed: ({ reason, detail }) => {
          this.#sessions.delete(id);
          this.#dispatch({ type: "closed", session: id, reason: detail || reason });
        },
      },
    );
    this.#sessions.set(id, { association, greeted: false, peer: null, early: [] });
  }

  #linkUp(session: Session, { peer, localNonce, remoteNonce }: Extract<ConnectEffect, { type: "link-up" }>): void {
    session.peer = peer;
    this.#links.set(peer, session);
    this.#events.linkUp(peer, localNonce, remoteNonce);
    for (const frame of session.early.splice(0)) this.#events.frame(peer, frame);
  }

  #frame(id: SessionId, frame: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    if (!session.greeted && frameKind(frame) === FRAME.hello) {
      session.greeted = true;
      this.#dispatch({ type: "hello", session: id, body: frameBody(FRAME.hello, frame) });
    } else if (session.peer === null) session.early.push(frame);
    else this.#events.frame(session.peer, frame);
  }
}

type Verify = Extract<ConnectEffect, { type: "verify" }>;

async function verifies({ publicKey, payload, signature }: Verify): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey.slice(), "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature.slice(), payload.slice());
  } catch {
    return false;
  }
}
