import {
  Connect,
  type ConnectEffect,
  type ConnectInput,
  type DownReason,
  type Importance,
  type SessionId,
} from "@starling/connect";
import { DecodeError, FRAME, frameKind, type NodeId } from "@starling/protocol";
import {
  createSignalingClient,
  type LinkStats,
  type OpenSocket,
  type OutgoingFrame,
  type SignalingClient,
  type Transport,
} from "@starling/transport";
import { Carrier } from "./carrier.ts";
import type { Identity } from "./identity.ts";
import { LinkSession } from "./link-session.ts";
import { PeerLanes } from "./peer-lanes.ts";
import { Runner } from "./runner.ts";
import { Wishes } from "./wishes.ts";

/** A link that came up. */
interface UpLink {
  readonly peer: NodeId;
  readonly publicKey: Uint8Array;
  readonly dialled: boolean;
  readonly localNonce: Uint8Array;
  readonly remoteNonce: Uint8Array;
}

interface NetworkEvents {
  linkUp(link: UpLink): void;
  linkDown(peer: NodeId, reason: DownReason): void;
  /** Ms that the browser measured of a new link's path; the least of several is the path's own. */
  roundTrip(peer: NodeId, ms: number): void;
  /** A frame of any kind but hello. */
  frame(peer: NodeId, frame: Uint8Array): void;
  flushed(peer: NodeId, queuedBytes: number): void;
  /** A link that was wanted could not be made; `alternates` are peers that a refusing one named. */
  dialFailed(peer: NodeId, alternates: readonly NodeId[]): void;
  /** A peer connection was made; so many in all. */
  created(count: number): void;
  /** Carry a connection message over the overlay. */
  carry(to: NodeId, body: Uint8Array): void;
  /** Ids that the server named, ours left out. */
  peers(ids: readonly NodeId[]): void;
  /** The server's clock, ms since the epoch. */
  serverTime(time: number): void;
  /** The way to the server opened or closed. */
  signaling(open: boolean): void;
}

export interface NetworkOptions {
  readonly identity: Identity;
  readonly transport: Transport;
  /** Address of the server's WebSocket. */
  readonly signalingUrl: string;
  readonly openSocket: OpenSocket;
  readonly iceServers: readonly RTCIceServer[];
  readonly events: NetworkEvents;
}

/** Runs the connect machine over WebRTC and the server's WebSocket: one link per peer, wanted by whoever says why. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #connect: Connect;
  readonly #runner: Runner<ConnectInput, ConnectEffect>;
  readonly #signaling: SignalingClient;
  readonly #sessions = new Map<SessionId, LinkSession>();
  readonly #links = new Map<NodeId, LinkSession>();
  readonly #lanes: PeerLanes;
  readonly #wishes = new Wishes();
  readonly #carrier: Carrier;
  #iceServers: readonly RTCIceServer[];
  #signalingOpen = false;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#iceServers = options.iceServers;
    const { nodeId, keys } = options.identity;
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    this.#connect = new Connect({ self: { nodeId, publicKey: keys.publicKey }, random });
    this.#runner = new Runner(this.#connect, (effect) => this.#perform(effect));
    this.#carrier = this.#makeCarrier();
    this.#lanes = this.#makeLanes();
    this.#signaling = this.#openSignaling();
  }

  get signalingOpen(): boolean {
    return this.#signalingOpen;
  }

  get linkCount(): number {
    return this.#links.size;
  }

  /** Whether connection messages have a way to travel: a link, or the server. */
  get isReachable(): boolean {
    return this.#signalingOpen || this.#links.size > 0;
  }

  isLinked(peer: NodeId): boolean {
    return this.#links.has(peer);
  }

  /** `why` names the wish; the link is kept while any wish stands, and is as important as the most important. */
  want(peer: NodeId, why: string, wish: Importance = "transfer"): void {
    if (peer === this.#options.identity.nodeId) return;
    const importance = this.#wishes.add(peer, why, wish);
    if (importance !== null) this.#runner.dispatch({ type: "want", peer, importance });
  }

  unwant(peer: NodeId, why: string): void {
    const importance = this.#wishes.delete(peer, why);
    if (importance === "none") this.#runner.dispatch({ type: "unwant", peer });
    else if (importance !== null) this.#runner.dispatch({ type: "want", peer, importance });
  }

  /** Whether a transfer wants this peer. */
  isForTransfer(peer: NodeId): boolean {
    return this.#wishes.has(peer, "transfer");
  }

  /** A connection message came over the overlay. */
  carried(from: NodeId, body: Uint8Array): void {
    this.#carrier.heard(from, "overlay");
    this.#runner.dispatch({ type: "message", from, body });
  }

  /** The overlay found no way for connection messages to this peer. */
  uncarried(to: NodeId): void {
    this.#carrier.uncarried(to);
  }

  send(peer: NodeId, frame: OutgoingFrame, priority: "control" | "block"): void {
    const session = this.#links.get(peer);
    if (!session) return;
    this.bytesSent += frame.byteLength;
    const { association } = session;
    if (priority === "block" && this.#lanes.send(peer, frame, association.queuedBytes)) return;
    association.send(frame, priority);
  }

  /** Tells the round trip of packets to a linked peer, as it is now, by an event. */
  measure(peer: NodeId): void {
    const session = this.#links.get(peer);
    void session?.roundTripMs().then((ms) => {
      if (ms !== null && this.#links.get(peer) === session) this.#options.events.roundTrip(peer, ms);
    });
  }

  /** Spreads the blocks that are sent to a linked peer over so many associations beside the link. */
  useLanes(peer: NodeId, count: number): void {
    if (this.#links.has(peer)) this.#lanes.use(peer, count);
  }

  disconnect(peer: NodeId, reason: string): void {
    this.#runner.dispatch({ type: "disconnect", peer, reason });
  }

  ban(peer: NodeId, reason: string, durationMs: number): void {
    this.#runner.dispatch({ type: "ban", peer, reason, untilMs: performance.now() + durationMs });
  }

  /** Asks the server for peers, those nearest `near` (32 bytes) if given; they come as `events.peers`. */
  requestPeers(near?: Uint8Array): void {
    this.#signaling.requestPeers(near);
  }

  /** The server is needed: without a way to it, one is tried soon. */
  hurryToServer(): void {
    this.#signaling.hurry();
  }

  /** The last round trip and way measured for a linked peer; asking refreshes it for next time. */
  knownStats(peer: NodeId): LinkStats | null {
    return this.#links.get(peer)?.knownStats ?? null;
  }

  tick(): void {
    this.#runner.dispatch({ type: "tick" });
  }

  close(): void {
    this.#signaling.close();
    this.#lanes.endAll();
    for (const session of [...this.#sessions.values()]) session.association.close("the page is closing");
  }

  #openSignaling(): SignalingClient {
    const { events, identity, signalingUrl, openSocket } = this.#options;
    const own = identity.nodeId;
    return createSignalingClient(
      {
        url: signalingUrl,
        publicKey: identity.keys.publicKey,
        sign: (payload) => identity.keys.sign(payload),
        openSocket,
      },
      {
        open: () => this.#setSignaling(true),
        closed: () => this.#setSignaling(false),
        welcome: ({ peers, ice, time }) => {
          if (ice.length > 0) this.#iceServers = ice;
          events.serverTime(time);
          events.peers(peers.filter((id) => id !== own));
        },
        peers: (ids) => this.#named(ids.filter((id) => id !== own)),
        signal: (from, body) => {
          this.#carrier.heard(from, "server");
          this.#runner.dispatch({ type: "message", from, body });
        },
        gone: (to) => this.#carrier.unknownToServer(to),
      },
    );
  }

  #makeCarrier(): Carrier {
    return new Carrier({
      overlayReady: () => this.#links.size > 0,
      overlay: (to, body) => this.#options.events.carry(to, body),
      server: (to, body) => this.#signaling.signal(to, body),
      matters: (to) => this.isForTransfer(to),
      gone: (to) => this.#runner.dispatch({ type: "gone", to }),
    });
  }

  #makeLanes(): PeerLanes {
    const { transport, events } = this.#options;
    return new PeerLanes({
      created: () => transport.created,
      create: (initiator, laneEvents) => {
        const association = transport.create({ initiator, iceServers: this.#iceServers }, laneEvents);
        events.created(transport.created);
        return association;
      },
      send: (peer, frame) => this.send(peer, frame, "control"),
      block: (peer, frame) => {
        this.bytesReceived += frame.length;
        events.frame(peer, frame);
      },
      flushed: (peer, laneBytes) =>
        events.flushed(peer, (this.#links.get(peer)?.association.queuedBytes ?? 0) + laneBytes),
      broken: (peer, detail) => this.disconnect(peer, `a lane broke: ${detail}`),
    });
  }

  /** Connection messages travel while a link or the server is there. */
  #tellCarrier(): void {
    this.#runner.dispatch({ type: "carrier", open: this.isReachable });
  }

  #named(ids: readonly NodeId[]): void {
    this.#runner.dispatch({ type: "seen", peers: ids });
    this.#options.events.peers(ids);
  }

  #setSignaling(open: boolean): void {
    this.#signalingOpen = open;
    this.#tellCarrier();
    this.#options.events.signaling(open);
  }

  #perform(effect: ConnectEffect): void {
    switch (effect.type) {
      case "send":
        return this.#carrier.send(effect.to, effect.body);
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
      case "link-up":
        return this.#linkUp(effect);
      case "link-down":
        return this.#linkDown(effect.peer, effect.session, effect.reason);
      case "attempt-failed":
        return this.#options.events.dialFailed(effect.peer, effect.alternates);
    }
  }

  #sign(token: number, payload: Uint8Array): void {
    void this.#options.identity.keys
      .sign(payload)
      .then((signature) => this.#runner.dispatch({ type: "signed", token, signature }));
  }

  #verify({ token, publicKey, payload, signature }: Extract<ConnectEffect, { type: "verify" }>): void {
    void this.#options.identity.keys
      .verify(publicKey, payload, signature)
      .then((ok) => this.#runner.dispatch({ type: "verified", token, ok }));
  }

  #create(id: SessionId, initiator: boolean): void {
    const association = this.#options.transport.create(
      { initiator, iceServers: this.#iceServers },
      {
        description: (description) => this.#runner.dispatch({ type: "described", session: id, description }),
        candidate: (candidate) => this.#runner.dispatch({ type: "gathered", session: id, candidate }),
        open: () => this.#runner.dispatch({ type: "opened", session: id }),
        frame: (frame) => this.#frame(id, frame),
        flushed: (queued) => this.#flushed(id, queued),
        closed: ({ reason, detail }) => {
          this.#sessions.delete(id);
          this.#runner.dispatch({ type: "closed", session: id, reason: `${reason}: ${detail}` });
        },
      },
    );
    const session = new LinkSession(id, association, {
      hello: (body) => this.#runner.dispatch({ type: "hello", session: id, body }),
      frame: (peer, frame) => this.#linkFrame(peer, frame),
    });
    this.#sessions.set(id, session);
    this.#options.events.created(this.#options.transport.created);
  }

  #frame(id: SessionId, frame: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    this.bytesReceived += frame.length;
    session.read(frame);
  }

  #flushed(id: SessionId, queuedBytes: number): void {
    const peer = this.#sessions.get(id)?.peer;
    if (peer) this.#options.events.flushed(peer, queuedBytes + this.#lanes.queuedBytes(peer));
  }

  #linkFrame(peer: NodeId, frame: Uint8Array): void {
    if (frameKind(frame) !== FRAME.lane) return this.#options.events.frame(peer, frame);
    if (!this.#links.has(peer)) return;
    try {
      this.#lanes.heard(peer, frame);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.disconnect(peer, `a frame could not be read: ${error.message}`);
    }
  }

  #linkUp(effect: Extract<ConnectEffect, { type: "link-up" }>): void {
    const session = this.#sessions.get(effect.session);
    if (!session) return;
    this.#lanes.end(effect.peer);
    this.#links.set(effect.peer, session);
    this.#tellCarrier();
    session.linkUp(effect.peer, () => this.#options.events.linkUp(effect));
  }

  #linkDown(peer: NodeId, id: SessionId, reason: DownReason): void {
    if (this.#links.get(peer)?.id !== id) return;
    this.#links.delete(peer);
    this.#lanes.end(peer);
    this.#tellCarrier();
    this.#options.events.linkDown(peer, reason);
  }
}
