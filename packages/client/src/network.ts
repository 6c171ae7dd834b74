import type { Importance, SessionId } from "@starling/connect";
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
import { Connecting, type OpeningLink, type UpLink } from "./connecting.ts";
import type { Identity } from "./identity.ts";
import type { LinkSession } from "./link-session.ts";
import { PeerLanes } from "./peer-lanes.ts";
import { Wishes } from "./wishes.ts";

interface NetworkEvents {
  /** Frames may be sent to this peer, none come yet; `linkUp` or `linkDown` follows. Not while an older link stands. */
  linkOpening(link: OpeningLink): void;
  linkUp(link: UpLink): void;
  linkDown(peer: NodeId): void;
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

/** Links over WebRTC, made by way of the overlay or the server: one per peer, wanted by whoever says why. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #connecting: Connecting;
  readonly #signaling: SignalingClient;
  readonly #links = new Map<NodeId, LinkSession>();
  /** Of peers that are not linked, the first that opened. */
  readonly #opening = new Map<NodeId, LinkSession>();
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
    this.#connecting = this.#makeConnecting();
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
    if (importance !== null) this.#connecting.dispatch({ type: "want", peer, importance });
  }

  unwant(peer: NodeId, why: string): void {
    const importance = this.#wishes.delete(peer, why);
    if (importance === "none") this.#connecting.dispatch({ type: "unwant", peer });
    else if (importance !== null) this.#connecting.dispatch({ type: "want", peer, importance });
  }

  /** Whether a transfer wants this peer. */
  isForTransfer(peer: NodeId): boolean {
    return this.#wishes.has(peer, "transfer");
  }

  /** A connection message came over the overlay. */
  carried(from: NodeId, body: Uint8Array): void {
    this.#carrier.heard(from, "overlay");
    this.#connecting.dispatch({ type: "message", from, body });
  }

  /** The overlay found no way for connection messages to this peer. */
  uncarried(to: NodeId): void {
    this.#carrier.uncarried(to);
  }

  send(peer: NodeId, frame: OutgoingFrame, priority: "control" | "block"): void {
    const session = this.#links.get(peer) ?? this.#opening.get(peer);
    if (!session) return;
    this.bytesSent += frame.byteLength;
    const { association } = session;
    if (priority === "block" && this.#lanes.send(peer, frame, association.queuedBytes)) return;
    association.send(frame, priority);
  }

  /** What waits in the channels to a peer. */
  queuedBytes(peer: NodeId): number {
    return (this.#links.get(peer)?.association.queuedBytes ?? 0) + this.#lanes.queuedBytes(peer);
  }

  /** Tells the round trip of packets to a linked peer, as it is now, by an event; none if there is nothing new. */
  measure(peer: NodeId): void {
    const session = this.#links.get(peer);
    void session?.newRoundTripMs().then((ms) => {
      if (ms !== null && this.#links.get(peer) === session) this.#options.events.roundTrip(peer, ms);
    });
  }

  /** Spreads the blocks that are sent to a linked peer over so many associations beside the link. */
  useLanes(peer: NodeId, count: number): void {
    if (this.#links.has(peer)) this.#lanes.use(peer, count);
  }

  disconnect(peer: NodeId, reason: string): void {
    this.#connecting.dispatch({ type: "disconnect", peer, reason });
  }

  ban(peer: NodeId, reason: string, durationMs: number): void {
    this.#connecting.dispatch({ type: "ban", peer, reason, untilMs: performance.now() + durationMs });
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
    this.#connecting.dispatch({ type: "tick" });
  }

  close(): void {
    this.#signaling.close();
    this.#lanes.endAll();
    this.#connecting.closeAll("the page is closing");
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
          this.#connecting.dispatch({ type: "message", from, body });
        },
        gone: (to) => this.#carrier.unknownToServer(to),
      },
    );
  }

  #makeConnecting(): Connecting {
    const { identity, transport, events } = this.#options;
    return new Connecting({
      identity,
      transport,
      iceServers: () => this.#iceServers,
      carry: (to, body) => this.#carrier.send(to, body),
      linkOpening: (session, link) => this.#linkOpening(session, link),
      linkUp: (session, link) => this.#linkUp(session, link),
      linkDown: (session, peer) => this.#linkDown(session, peer),
      ended: (session) => this.#ended(session),
      dialFailed: (peer, alternates) => events.dialFailed(peer, alternates),
      arrived: (session, frame) => {
        this.bytesReceived += frame.length;
        session.read(frame);
      },
      frame: (peer, frame) => this.#linkFrame(peer, frame),
      flushed: (peer, queued) => events.flushed(peer, queued + this.#lanes.queuedBytes(peer)),
      created: () => events.created(transport.created),
    });
  }

  #makeCarrier(): Carrier {
    return new Carrier({
      overlayReady: () => this.#links.size > 0,
      overlay: (to, body) => this.#options.events.carry(to, body),
      server: (to, body) => this.#signaling.signal(to, body),
      matters: (to) => this.isForTransfer(to),
      gone: (to) => this.#connecting.dispatch({ type: "gone", to }),
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
      flushed: (peer) => events.flushed(peer, this.queuedBytes(peer)),
      broken: (peer, detail) => this.disconnect(peer, `a lane broke: ${detail}`),
    });
  }

  /** Connection messages travel while a link or the server is there. */
  #tellCarrier(): void {
    this.#connecting.dispatch({ type: "carrier", open: this.isReachable });
  }

  #named(ids: readonly NodeId[]): void {
    this.#connecting.dispatch({ type: "seen", peers: ids });
    this.#options.events.peers(ids);
  }

  #setSignaling(open: boolean): void {
    this.#signalingOpen = open;
    this.#tellCarrier();
    this.#options.events.signaling(open);
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

  #linkOpening(session: LinkSession, link: OpeningLink): void {
    if (this.#links.has(link.peer) || this.#opening.has(link.peer)) return;
    this.#opening.set(link.peer, session);
    this.#options.events.linkOpening(link);
  }

  /** One that did not come up. */
  #ended(id: SessionId): void {
    for (const [peer, session] of this.#opening) {
      if (session.id !== id) continue;
      this.#opening.delete(peer);
      this.#options.events.linkDown(peer);
    }
  }

  #linkUp(session: LinkSession, link: UpLink): void {
    this.#lanes.end(link.peer);
    this.#opening.delete(link.peer);
    this.#links.set(link.peer, session);
    this.#tellCarrier();
    session.linkUp(link.peer, () => this.#options.events.linkUp(link));
  }

  #linkDown(id: SessionId, peer: NodeId): void {
    if (this.#links.get(peer)?.id !== id) return;
    this.#links.delete(peer);
    this.#lanes.end(peer);
    this.#tellCarrier();
    this.#options.events.linkDown(peer);
  }
}
