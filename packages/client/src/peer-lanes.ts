import type { NodeId } from "@starling/protocol";
import type { Association, AssociationEvents, OutgoingFrame } from "@starling/transport";
import { Lanes } from "./lanes.ts";

/** Beyond so many peer connections ever made, those that are left are for links: Chrome allows about 500 in a page's life. */
const LANES_UNTIL = 300;

/** What the lanes of all links need of the network; as `LaneHost`, with the peer named. */
interface PeerLanesHost {
  /** Peer connections ever made. */
  created(): number;
  create(initiator: boolean, events: AssociationEvents): Association;
  send(peer: NodeId, frame: Uint8Array): void;
  block(peer: NodeId, frame: Uint8Array): void;
  flushed(peer: NodeId): void;
  broken(peer: NodeId, detail: string): void;
}

/** The lanes beside each link, made when one is first used or offered. */
export class PeerLanes {
  readonly #host: PeerLanesHost;
  readonly #lanes = new Map<NodeId, Lanes>();

  constructor(host: PeerLanesHost) {
    this.#host = host;
  }

  /** Bytes that wait in lanes to the peer. */
  queuedBytes(peer: NodeId): number {
    return this.#lanes.get(peer)?.queuedBytes ?? 0;
  }

  /** Uses so many lanes to a linked peer from now on. */
  use(peer: NodeId, count: number): void {
    this.#of(peer)?.use(count);
  }

  /** Sends a block over a lane that holds fewer bytes than the link does; false if there is none. */
  send(peer: NodeId, frame: OutgoingFrame, linkBytes: number): boolean {
    return this.#lanes.get(peer)?.send(frame, linkBytes) ?? false;
  }

  /** A linked peer's lane frame. @throws DecodeError */
  heard(peer: NodeId, frame: Uint8Array): void {
    this.#of(peer)?.heard(frame);
  }

  /** The link to the peer is no more, or a new one. */
  end(peer: NodeId): void {
    this.#lanes.get(peer)?.end();
    this.#lanes.delete(peer);
  }

  endAll(): void {
    for (const peer of [...this.#lanes.keys()]) this.end(peer);
  }

  /** Null if there are none yet, and too many connections were made to begin with some. */
  #of(peer: NodeId): Lanes | null {
    const known = this.#lanes.get(peer);
    if (known !== undefined) return known;
    if (this.#host.created() >= LANES_UNTIL) return null;
    const host = this.#host;
    const lanes = new Lanes({
      create: (initiator, events) => host.create(initiator, events),
      send: (frame) => host.send(peer, frame),
      block: (frame) => host.block(peer, frame),
      flushed: () => host.flushed(peer),
      broken: (detail) => host.broken(peer, detail),
    });
    this.#lanes.set(peer, lanes);
    return lanes;
  }
}
