import { type BlockRange, type DelaySample, MAX_PIECES, makeBitfield, type NodeId } from "@starling/protocol";
import type { BegunPiece } from "./begun-piece.ts";
import { Flow } from "./flow.ts";
import type { Link } from "./link.ts";
import type { Outstanding } from "./outstanding.ts";
import { RateMeter } from "./rate-meter.ts";
import type { ShareState } from "./share-state.ts";
import { RequestWindow } from "./window.ts";

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
  /** Delays of blocks from it that it was not told yet, and the blocks' bytes. */
  samples: DelaySample[] = [];
  unreportedBytes = 0;
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
  /** Mean ms from its request for such a piece until another had it, the latest counting most; 0 while unknown. */
  passOnMs = 0;
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
