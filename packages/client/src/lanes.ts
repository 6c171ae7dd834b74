import { decodeLaneFrame, encodeLaneFrame, FRAME, frameKind, type LaneMessage } from "@starling/protocol";
import type { Association, AssociationEvents, OutgoingFrame } from "@starling/transport";

/** What lanes need of the link that they stand beside. */
export interface LaneHost {
  create(initiator: boolean, events: AssociationEvents): Association;
  send(frame: Uint8Array): void;
  /** A block came over a lane. */
  block(frame: Uint8Array): void;
  flushed(): void;
  /** A lane broke that may have held blocks: they are lost, so the link has to end. */
  broken(detail: string): void;
}

interface Lane {
  readonly association: Association;
  open: boolean;
  used: boolean;
}

/** Candidates of one lane that are passed on at most; a description names a handful. */
const MAX_LANE_CANDIDATES = 64;

/**
 * Further associations beside one link, for blocks alone: each has a congestion control of its own, so that together they
 * get more out of a path with loss. Who sends blocks offers them; they stay as long as the link, used or not.
 */
export class Lanes {
  readonly #host: LaneHost;
  /** By number: those that we offered, and those that we answered. */
  readonly #offered = new Map<number, Lane>();
  readonly #answered = new Map<number, Lane>();
  #candidates = 0;
  #count = 0;
  #ended = false;

  constructor(host: LaneHost) {
    this.#host = host;
  }

  /** Bytes that wait in lanes. */
  get queuedBytes(): number {
    let bytes = 0;
    for (const { association } of this.#offered.values()) bytes += association.queuedBytes;
    return bytes;
  }

  /** Uses so many lanes from now on, and offers those that are missing. */
  use(count: number): void {
    this.#count = count;
    for (let number = 1; number <= count; number++) if (!this.#offered.has(number)) this.#offer(number);
  }

  /** Sends a block over a lane that holds fewer bytes than the link does; false if there is none. */
  send(frame: OutgoingFrame, linkBytes: number): boolean {
    let best: Lane | null = null;
    let least = linkBytes;
    for (const [number, lane] of this.#offered) {
      if (!lane.open || number > this.#count || lane.association.queuedBytes >= least) continue;
      best = lane;
      least = lane.association.queuedBytes;
    }
    if (best === null) return false;
    best.used = true;
    best.association.send(frame, "block");
    return true;
  }

  /** A frame of kind lane came over the link. @throws DecodeError */
  heard(frame: Uint8Array): void {
    const message = decodeLaneFrame(frame);
    if (message === null || this.#ended) return;
    switch (message.type) {
      case "offer":
        return this.#answer(message.lane, message.sdp);
      case "answer":
        return this.#offered.get(message.lane)?.association.describe({ type: "answer", sdp: message.sdp });
      case "offer-candidate":
        return this.#candidate(this.#answered.get(message.lane), message.candidate);
      case "answer-candidate":
        return this.#candidate(this.#offered.get(message.lane), message.candidate);
    }
  }

  end(): void {
    this.#ended = true;
    for (const lanes of [this.#offered, this.#answered]) {
      for (const { association } of lanes.values()) association.close("its link ended");
      lanes.clear();
    }
  }

  #offer(number: number): void {
    this.#make(this.#offered, number, true);
  }

  /** A number answered once is taken for the life of the link: a peer cannot make us open connections without end. */
  #answer(number: number, sdp: string): void {
    if (this.#answered.has(number)) return;
    this.#make(this.#answered, number, false).association.describe({ type: "offer", sdp });
  }

  #make(lanes: Map<number, Lane>, number: number, initiator: boolean): Lane {
    const role = initiator ? "offer" : "answer";
    const lane: Lane = {
      open: false,
      used: false,
      association: this.#host.create(initiator, {
        description: ({ sdp }) => this.#tell({ type: role, lane: number, sdp }),
        candidate: ({ candidate }) => this.#tell({ type: `${role}-candidate`, lane: number, candidate }),
        open: () => {
          lane.open = true;
        },
        frame: (frame) => {
          if (!this.#ended && frameKind(frame) === FRAME.block) this.#host.block(frame);
        },
        flushed: () => this.#host.flushed(),
        closed: ({ detail }) => this.#closed(lane, detail),
      }),
    };
    lanes.set(number, lane);
    return lane;
  }

  #closed(lane: Lane, detail: string): void {
    lane.open = false;
    if (lane.used && !this.#ended) this.#host.broken(detail);
  }

  #tell(message: LaneMessage): void {
    if (!this.#ended) this.#host.send(encodeLaneFrame(message));
  }

  #candidate(lane: Lane | undefined, candidate: string): void {
    if (lane === undefined || ++this.#candidates > MAX_LANE_CANDIDATES) return;
    lane.association.addCandidate({ candidate, sdpMid: "0", sdpMLineIndex: 0 });
  }
}
