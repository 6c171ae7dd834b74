/** A local or remote session description. */
export interface Description {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

/** The parts of RTCIceCandidateInit that travel. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

export interface AssociationOptions {
  readonly initiator: boolean;
  readonly iceServers: readonly RTCIceServer[];
}

/** Why an association ended. `local`: we closed it; `detail` is the reason given. */
export interface Closed {
  readonly reason: "local" | "remote" | "ice-failed" | "channel-error" | "frame-too-large" | "overrun" | "setup-failed";
  readonly detail: string;
}

/** What an association reports. All are called asynchronously, none after `closed`. */
export interface AssociationEvents {
  description(description: Description): void;
  candidate(candidate: Candidate): void;
  /** The channel is open. Frames never arrive before it. */
  open(): void;
  /** One binary message. The view owns its buffer: it stays valid. */
  frame(frame: Uint8Array): void;
  /**
   * No more than the low-water mark waits (any more); `queuedBytes` is what does, in our queue and in the channel.
   * Follows every turn in which blocks were sent, sooner or later, so a sender may wait for it; not control frames.
   */
  flushed(queuedBytes: number): void;
  closed(closed: Closed): void;
}

/** A frame that is written only when the channel takes it, into memory that is used again: large frames cost no allocation. */
export interface DeferredFrame {
  readonly byteLength: number;
  /** Writes the whole frame at the start of `into`, which is large enough. */
  write(into: Uint8Array): void;
}

export type OutgoingFrame = Uint8Array | DeferredFrame;

export interface LinkStats {
  /** As the last ICE check told it that was answered. */
  readonly roundTripMs: number | null;
  /** ICE checks of the way in use that were answered, ever: whether `roundTripMs` is news. Null if the browser does not tell. */
  readonly checks: number | null;
  readonly relayed: boolean;
}

/** One peer connection with one data channel. */
export interface Association {
  /** Applies the remote description. */
  describe(description: Description): void;
  addCandidate(candidate: Candidate): void;
  /**
   * Queues one frame. Control frames overtake queued blocks. The channel's own buffer is kept under
   * {@link BUFFER_HIGH_WATER}; the rest waits here.
   */
  send(frame: OutgoingFrame, priority: "control" | "block"): void;
  /** Bytes not yet handed to the network: our queue and the channel's buffer. */
  readonly queuedBytes: number;
  /** Largest frame that the other side takes, in bytes; 0 until open. A larger one ends the association. */
  readonly maxFrameBytes: number;
  /** Ends it at once: frames that still wait are lost. */
  close(detail: string): void;
  stats(): Promise<LinkStats>;
}

/** Makes associations: WebRTC in the browser, memory in tests. */
export interface Transport {
  create(options: AssociationOptions, events: AssociationEvents): Association;
  /** Peer connections ever made by this page; Chrome allows about 500. */
  readonly created: number;
}
