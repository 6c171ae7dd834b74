import type { NodeId, Root } from "@starling/protocol";
import { Backlog } from "./backlog.ts";
import { ClaimBudget } from "./claim-budget.ts";
import { LaneTrial } from "./lane-trial.ts";
import type { Outstanding } from "./outstanding.ts";
import { PathDelay } from "./path-delay.ts";
import type { PeerState } from "./peer-state.ts";

/** Ms of round trip up to which a peer is on this machine or nearby: its channel is not held by congestion control. */
const NEAR_MS = 20;

/** A channel to a peer, shared by all shares. */
export class Link {
  readonly peer: NodeId;
  readonly localNonce: Uint8Array;
  readonly remoteNonce: Uint8Array;
  /** The peer's hello is awaited: what we send now it reads no sooner than its channel opens. */
  isOpening = false;
  readonly members = new Map<Root, PeerState>();
  /** By the number that the peer gave the share. */
  readonly byRemote = new Map<number, PeerState>();
  /** Requests that were outstanding when a share was left: their blocks may still be under way. By the peer's number. */
  readonly departed = new Map<number, Map<number, Outstanding>>();
  /**
   * Shares, by tag, that the peer would be in and we are not: it joined before we took part, or we paused. Its proof to
   * be checked, null where it proved itself before. Oldest first.
   */
  readonly declined = new Map<string, Uint8Array | null>();
  /** Bytes handed to the channel since it last reported. */
  queuedBytes = 0;
  /** When bytes were last handed or reported. */
  queueChangedAt = 0;
  /** Bytes of parked and ready requests. */
  aheadBytes = 0;
  readonly claims = new ClaimBudget();
  readonly path = new PathDelay();
  readonly lanes = new LaneTrial();
  readonly backlog = new Backlog();
  /** How often the browser was asked for its round trip, and when last. */
  measurements = 0;
  measuredAt = Number.NEGATIVE_INFINITY;
  /** Bytes of blocks handed to the channel, ever. */
  sentBytes = 0;
  /** Bytes sent over the merit of whom they went to, idle times made up for: who has least is served next. */
  turn = 0;
  /** The `turn` of the member that was served last. */
  memberTurn = 0;
  nextNumber = 1;

  constructor(peer: NodeId, localNonce: Uint8Array, remoteNonce: Uint8Array) {
    this.peer = peer;
    this.localNonce = localNonce;
    this.remoteNonce = remoteNonce;
  }

  get isNear(): boolean {
    return (this.path.packets ?? this.path.minRoundTrip) <= NEAR_MS;
  }

  /**
   * Blocks arrived: no more is queued than is under way. Of several associations none may ever hold so much that it tells
   * of having sent it, while all together count as full.
   */
  arrived(): void {
    let bytes = 0;
    for (const peer of this.members.values()) bytes += peer.flow.bytes;
    this.queuedBytes = Math.min(this.queuedBytes, bytes);
  }

  /** Bytes in its channels that wait for SCTP and take no room on the line. */
  get heldBytes(): number {
    return this.backlog.useful(1 + this.lanes.count);
  }

  /** Blocks wait to go over it or are under way. */
  get isSending(): boolean {
    for (const peer of this.members.values()) if (peer.ready.size > 0 || peer.flow.departures.length > 0) return true;
    return false;
  }

  /** Blocks were asked of its peer. */
  get isAsked(): boolean {
    for (const peer of this.members.values()) if (peer.outstandingCount > 0) return true;
    return false;
  }
}
