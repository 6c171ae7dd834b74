import type { SessionId } from "@starling/connect";
import { DecodeError, FRAME, frameKind, type NodeId } from "@starling/protocol";
import type { LinkStats, OutgoingFrame, Transport } from "@starling/transport";
import type { LinkSession, OpeningLink, UpLink } from "./link-session.ts";
import { PeerLanes } from "./peer-lanes.ts";

/** What links bring. */
export interface LinkEvents {
  /** Frames may be sent to this peer, none come yet; `linkUp` or `linkDown` follows. Not while an older link stands. */
  linkOpening(link: OpeningLink): void;
  linkUp(link: UpLink): void;
  linkDown(peer: NodeId): void;
  /** Ms that the browser measured of a new link's path; the least of several is the path's own. */
  roundTrip(peer: NodeId, ms: number): void;
  /** A frame of any kind but hello. */
  frame(peer: NodeId, frame: Uint8Array): void;
  flushed(peer: NodeId, queuedBytes: number): void;
  /** A peer connection was made; so many in all. */
  created(count: number): void;
}

/** What the links need of the network. */
interface PeerLinksHost {
  readonly transport: Transport;
  readonly events: LinkEvents;
  iceServers(): readonly RTCIceServer[];
  /** There is one link more or less; `events` is told next. */
  counted(): void;
  disconnect(peer: NodeId, reason: string): void;
}

/** The links that are open or about to be, one per peer, with the lanes beside each; all frames go through here. */
export class PeerLinks {
  readonly #host: PeerLinksHost;
  readonly #sessions = new Map<NodeId, LinkSession>();
  /** Of peers that are not linked, the first that opened. */
  readonly #opening = new Map<NodeId, LinkSession>();
  readonly #lanes: PeerLanes;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(host: PeerLinksHost) {
    this.#host = host;
    this.#lanes = this.#makeLanes();
  }

  /** Peers that are linked. */
  get size(): number {
    return this.#sessions.size;
  }

  send(peer: NodeId, frame: OutgoingFrame, priority: "control" | "block"): void {
    const session = this.#sessions.get(peer) ?? this.#opening.get(peer);
    if (!session) return;
    this.bytesSent += frame.byteLength;
    const { association } = session;
    if (priority === "block" && this.#lanes.send(peer, frame, association.queuedBytes)) return;
    association.send(frame, priority);
  }

  /** What waits in the channels to a peer. */
  queuedBytes(peer: NodeId): number {
    return (this.#sessions.get(peer)?.association.queuedBytes ?? 0) + this.#lanes.queuedBytes(peer);
  }

  /** Tells the round trip of packets to a linked peer, as it is now, by an event; none if there is nothing new. */
  measure(peer: NodeId): void {
    const session = this.#sessions.get(peer);
    void session?.newRoundTripMs().then((ms) => {
      if (ms !== null && this.#sessions.get(peer) === session) this.#host.events.roundTrip(peer, ms);
    });
  }

  /** The last round trip and way measured for a linked peer; asking refreshes it for next time. */
  knownStats(peer: NodeId): LinkStats | null {
    return this.#sessions.get(peer)?.knownStats ?? null;
  }

  /** Spreads the blocks that are sent to a linked peer over so many associations beside the link. */
  useLanes(peer: NodeId, count: number): void {
    if (this.#sessions.has(peer)) this.#lanes.use(peer, count);
  }

  endLanes(): void {
    this.#lanes.endAll();
  }

  /** A peer connection was made. */
  created(): void {
    this.#host.events.created(this.#host.transport.created);
  }

  /** Frames may be sent; `linkUp` or `ended` follows. */
  linkOpening(session: LinkSession, link: OpeningLink): void {
    if (this.#sessions.has(link.peer) || this.#opening.has(link.peer)) return;
    this.#opening.set(link.peer, session);
    this.#host.events.linkOpening(link);
  }

  linkUp(session: LinkSession, link: UpLink): void {
    this.#lanes.end(link.peer);
    this.#opening.delete(link.peer);
    this.#sessions.set(link.peer, session);
    this.#host.counted();
    session.linkUp(link.peer, () => this.#host.events.linkUp(link));
  }

  linkDown(id: SessionId, peer: NodeId): void {
    if (this.#sessions.get(peer)?.id !== id) return;
    this.#sessions.delete(peer);
    this.#lanes.end(peer);
    this.#host.counted();
    this.#host.events.linkDown(peer);
  }

  /** An association ended, whether it was a link or not: here one counts that did not come up. */
  ended(id: SessionId): void {
    for (const [peer, session] of this.#opening) {
      if (session.id !== id) continue;
      this.#opening.delete(peer);
      this.#host.events.linkDown(peer);
    }
  }

  /** A frame came; the session reads it. */
  arrived(session: LinkSession, frame: Uint8Array): void {
    this.bytesReceived += frame.length;
    session.read(frame);
  }

  /** A frame of any kind but hello, of a peer that is known. */
  frame(peer: NodeId, frame: Uint8Array): void {
    if (frameKind(frame) !== FRAME.lane) return this.#host.events.frame(peer, frame);
    if (!this.#sessions.has(peer)) return;
    try {
      this.#lanes.heard(peer, frame);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#host.disconnect(peer, `a frame could not be read: ${error.message}`);
    }
  }

  /** The link's own channel holds so many bytes; its lanes may hold more. */
  flushed(peer: NodeId, queuedBytes: number): void {
    this.#host.events.flushed(peer, queuedBytes + this.#lanes.queuedBytes(peer));
  }

  #makeLanes(): PeerLanes {
    const { transport, events, iceServers, disconnect } = this.#host;
    return new PeerLanes({
      created: () => transport.created,
      create: (initiator, laneEvents) => {
        const association = transport.create({ initiator, iceServers: iceServers() }, laneEvents);
        this.created();
        return association;
      },
      send: (peer, frame) => this.send(peer, frame, "control"),
      block: (peer, frame) => {
        this.bytesReceived += frame.length;
        events.frame(peer, frame);
      },
      flushed: (peer) => events.flushed(peer, this.queuedBytes(peer)),
      broken: (peer, detail) => disconnect(peer, `a lane broke: ${detail}`),
    });
  }
}
