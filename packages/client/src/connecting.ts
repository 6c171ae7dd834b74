import { Connect, type ConnectEffect, type ConnectInput, type SessionId } from "@starling/connect";
import type { NodeId } from "@starling/protocol";
import type { Transport } from "@starling/transport";
import type { Identity } from "./identity.ts";
import { LinkSession } from "./link-session.ts";
import type { PeerLinks } from "./peer-links.ts";
import { Runner } from "./runner.ts";

/** What making links needs, and what it brings. */
export interface ConnectingHost {
  readonly identity: Identity;
  readonly transport: Transport;
  iceServers(): readonly RTCIceServer[];
  /** Bring a connection message to a peer. */
  carry(to: NodeId, body: Uint8Array): void;
  /** A link that was wanted could not be made; `alternates` are peers that a refusing one named. */
  dialFailed(peer: NodeId, alternates: readonly NodeId[]): void;
  /** Told of what becomes of sessions and of the frames that they bring. */
  readonly links: PeerLinks;
}

/** Performs the connect machine: its signatures by the identity, its sessions by the transport. */
export class Connecting {
  readonly #host: ConnectingHost;
  readonly #runner: Runner<ConnectInput, ConnectEffect>;
  readonly #sessions = new Map<SessionId, LinkSession>();

  constructor(host: ConnectingHost) {
    this.#host = host;
    const { nodeId, keys } = host.identity;
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const connect = new Connect({ self: { nodeId, publicKey: keys.publicKey }, random });
    this.#runner = new Runner(connect, (effect) => this.#perform(effect));
  }

  dispatch(input: ConnectInput): void {
    this.#runner.dispatch(input);
  }

  closeAll(why: string): void {
    for (const session of [...this.#sessions.values()]) session.association.close(why);
  }

  #perform(effect: ConnectEffect): void {
    switch (effect.type) {
      case "send":
        return this.#host.carry(effect.to, effect.body);
      case "sign":
        return this.#sign(effect.token, effect.payload);
      case "verify":
        return this.#verify(effect);
      case "create":
        return this.#create(effect.session, effect.initiator);
      case "describe":
        return this.#sessions.get(effect.session)?.association.describe(effect.description);
      case "add-candidate":
        return this.#sessions.get(effect.session)?.association.addCandidate(effect.candidate);
      case "send-hello":
        return this.#sessions.get(effect.session)?.sendHello(effect.body);
      case "close":
        return this.#sessions.get(effect.session)?.association.close(effect.reason);
      case "link-opening":
        return this.#linkOpening(effect);
      case "link-up":
        return this.#linkUp(effect);
      case "link-down":
        return this.#host.links.linkDown(effect.session, effect.peer);
      case "attempt-failed":
        return this.#host.dialFailed(effect.peer, effect.alternates);
    }
  }

  #sign(token: number, payload: Uint8Array): void {
    void this.#host.identity.keys
      .sign(payload)
      .then((signature) => this.dispatch({ type: "signed", token, signature }));
  }

  #verify({ token, publicKey, payload, signature }: Extract<ConnectEffect, { type: "verify" }>): void {
    void this.#host.identity.keys
      .verify(publicKey, payload, signature)
      .then((ok) => this.dispatch({ type: "verified", token, ok }));
  }

  #create(id: SessionId, initiator: boolean): void {
    const host = this.#host;
    const association = host.transport.create(
      { initiator, iceServers: host.iceServers() },
      {
        description: (description) => this.dispatch({ type: "described", session: id, description }),
        candidate: (candidate) => this.dispatch({ type: "gathered", session: id, candidate }),
        open: () => this.dispatch({ type: "opened", session: id }),
        frame: (frame) => this.#frame(id, frame),
        flushed: (queued) => this.#flushed(id, queued),
        closed: ({ reason, detail }) => {
          this.#sessions.delete(id);
          this.dispatch({ type: "closed", session: id, reason: `${reason}: ${detail}` });
          host.links.ended(id);
        },
      },
    );
    const session = new LinkSession(id, association, {
      hello: (body) => this.dispatch({ type: "hello", session: id, body }),
      frame: (peer, frame) => host.links.frame(peer, frame),
    });
    this.#sessions.set(id, session);
    host.links.created();
  }

  #frame(id: SessionId, frame: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (session) this.#host.links.arrived(session, frame);
  }

  #flushed(id: SessionId, queuedBytes: number): void {
    const peer = this.#sessions.get(id)?.peer;
    if (peer) this.#host.links.flushed(peer, queuedBytes);
  }

  #linkOpening(effect: Extract<ConnectEffect, { type: "link-opening" }>): void {
    const session = this.#sessions.get(effect.session);
    if (session) this.#host.links.linkOpening(session, effect);
  }

  #linkUp(effect: Extract<ConnectEffect, { type: "link-up" }>): void {
    const session = this.#sessions.get(effect.session);
    if (session) this.#host.links.linkUp(session, effect);
  }
}
