import {
  type BlockRange,
  type DelaySample,
  MAX_PIECES,
  makeBitfield,
  type NodeId,
  type Root,
} from "@starling/protocol";
import { Backlog } from "./backlog.ts";
import type { BegunPiece } from "./begun-piece.ts";
import { ClaimBudget } from "./claim-budget.ts";
import { Flow } from "./flow.ts";
import { LaneTrial } from "./lane-trial.ts";
import { PathDelay } from "./path-delay.ts";
import { RateMeter } from "./rate-meter.ts";
import type { ShareState } from "./share-state.ts";
import { RequestWindow } from "./window.ts";

/** Ms of round trip up to which a peer is on this machine or nearby: its channel is not held by congestion control. */
const NEAR_MS = 20;

/** A block asked of a peer. It stays listed until its block or reject, whatever became of it meanwhile. */
export interface Outstanding {
  readonly begun: BegunPiece;
  readonly block: number;
  readonly length: number;
  readonly at: number;
  /** False once it is cancelled or timed out: the block may still come, but nobody counts on it. */
  live: boolean;
  /** It was cancelled: until its block or reject comes, it still fills the path. */
  cancelled: boolean;
  /** It comes without a request (announced-catalog.ts). */
  readonly announced: boolean;
}

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
  /** Bytes sent, idle times made up for: who has least is served next. */
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

/** One peer in one share. */
export class PeerState {
  readonly link: Link;
  readonly share: ShareState;
  readonly id: NodeId;
  /** Our number of the share on this link. */
  readonly localNumber: number;
  /** The peer's number; null until its join. */
  remoteNumber: number | null = null;
  /** When it first joined. */
  readonly createdAt: number;
  /** When our join was sent. */
  readonly joinSentAt: number;
  /** It sent something that it could not send before our join arrived. */
  heard = false;
  /** Our join went out while the link was opening, so that its answer tells nothing of the round trip. */
  readonly #joinedEarly: boolean;

  /** Pieces it says it has; sized for any share until the manifest is known. */
  bits: Uint8Array;
  haveCount = 0;
  /** When it last told of a piece that it had not before. */
  gainedAt = Number.NEGATIVE_INFINITY;
  /** It is counted in the picker's `seeds` rather than piece by piece. */
  countedAsSeed = false;
  /** It sent a have-set, so it has the manifest. */
  toldHave = false;
  /** Verified pieces that it was not told of yet. */
  untold: number[] = [];
  /** When it was last told of such. */
  toldAt = Number.NEGATIVE_INFINITY;
  /** Pieces it has that we miss. */
  useful = 0;
  /** When we last got a piece that it has. */
  satedAt = 0;

  amChoking = true;
  amInterested = false;
  peerChoking = true;
  peerInterested = false;

  readonly outstanding = new Map<number, Outstanding>();
  outstandingBytes = 0;
  /** Of requests that were cancelled and not answered yet. */
  cancelledBytes = 0;
  /** Live requests. */
  outstandingCount = 0;
  readonly window: RequestWindow;
  /** The piece it is being asked for. */
  current: BegunPiece | null = null;
  samples: DelaySample[] = [];
  /** Time-outs since its last block, and when the last was. */
  strikes = 0;
  struckAt = Number.NEGATIVE_INFINITY;
  /** Rejects since its last block or `have`, though it unchokes us, and when the last came. */
  refusals = 0;
  refusedAt = Number.NEGATIVE_INFINITY;
  /** Requests went unanswered since its last block: it gets one at a time. */
  snubbed = false;
  lastBlockAt = 0;
  unchokedUsAt = 0;

  /** Blocks received from it and sent to it, also before it left and came back. */
  readonly down: RateMeter;
  readonly up: RateMeter;

  /** What it asked for and did not get yet, oldest first. */
  readonly uploads = new Map<number, BlockRange>();
  /** Requests taken out of `uploads` until their piece is loaded, and then until it is their turn. */
  readonly parked = new Map<number, BlockRange>();
  readonly ready = new Map<number, BlockRange>();
  /** Requests that we keep as a sole seed, and since when some. */
  readonly kept = new Map<number, BlockRange>();
  keptSince = 0;
  /** Offsets of the manifest that it waits for. */
  manifestOffsets: number[] = [];
  /** The catalog follows the manifest (announced-catalog.ts): we queued it unasked; the peer has announced it. */
  owesCatalog = false;
  announcedCatalog = false;
  /** Pieces that it got of us, a sole seed, and that no other peer has yet. */
  heldAlone = 0;
  /** When another peer last got a piece that was promised to this one, in ms. */
  passedOnAt = Number.NEGATIVE_INFINITY;
  /** Repeats refused to it as by a sole seed, and everything so refused that it was not told of again. */
  readonly refused = new Set<number>();
  readonly withheld = new Set<number>();
  chokeChangedAt: number;
  servedSinceUnchoke = 0;
  /** As {@link Link.turn}, among the link's shares. */
  turn = 0;
  /** Its blocks that the governor counts as under way. */
  readonly flow: Flow;
  optimistic = false;

  constructor(link: Link, share: ShareState, now: number) {
    const known = share.acquaintances.recall(link.peer, now);
    this.down = known?.down ?? new RateMeter();
    this.up = known?.up ?? new RateMeter();
    this.createdAt = known?.createdAt ?? now;
    this.joinSentAt = now;
    this.#joinedEarly = link.isOpening;
    this.link = link;
    this.share = share;
    this.id = link.peer;
    this.flow = new Flow(link.path);
    this.window = new RequestWindow(link.path);
    this.localNumber = link.nextNumber;
    link.nextNumber = (link.nextNumber % 65_535) + 1;
    this.chokeChangedAt = now;
    this.bits = makeBitfield(share.content?.table.count ?? MAX_PIECES);
  }

  /** The peer answered our join, after so many ms. */
  greeted(roundTrip: number): void {
    this.heard = true;
    if (!this.#joinedEarly) this.link.path.greeted(roundTrip);
  }

  /** Both sides have joined. */
  get joined(): boolean {
    return this.remoteNumber !== null;
  }
}
