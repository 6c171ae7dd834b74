import { type NodeId, type PieceRange, providerTag, type Root, toHex } from "@starling/protocol";
import { Acquaintances } from "./acquaintances.ts";
import type { BegunPiece } from "./begun-piece.ts";
import type { Candidates } from "./candidates.ts";
import type { Content } from "./content.ts";
import type { Reader, UrgentPiece } from "./deadlines.ts";
import type { Dispute } from "./disputes.ts";
import type { ManifestFetch } from "./manifest-exchange.ts";
import type { PeerState } from "./peer-state.ts";
import { RateMeter } from "./rate-meter.ts";
import { SpeedLimits } from "./token-bucket.ts";

/** One share that takes part. */
export class ShareState {
  readonly root: Root;
  readonly tag: Uint8Array;
  readonly tagHex: string;
  content: Content | null = null;
  manifestFetch: ManifestFetch | null = null;
  /** Verified pieces as given by `add`, until the manifest is known. */
  givenHave: Uint8Array | null = null;
  wanted: readonly PieceRange[];
  readonly readers = new Map<number, Reader>();
  /** What readers need, by deadline; pieces that are here may be among them. */
  urgent: readonly UrgentPiece[] = [];
  /** Pieces that go before all others but those; pieces that are begun or here may be among them. */
  early: readonly number[] = [];
  missingCount = 0;
  haveCount = 0;
  paused: boolean;
  blockedBy: "quota" | "unavailable" | null = null;
  /** Pieces whose bytes the store refused; written again on `resume`. */
  readonly unstored = new Set<number>();

  readonly peers = new Map<NodeId, PeerState>();
  readonly candidates: Candidates;
  readonly banned = new Set<NodeId>();
  readonly acquaintances = new Acquaintances();

  readonly begun = new Map<number, BegunPiece>();
  /** Begun pieces with free blocks. */
  readonly open = new Set<BegunPiece>();
  readonly disputes = new Map<number, Dispute>();
  /** Pieces that failed their hash once: fetched from one peer at a time. */
  readonly suspect = new Set<number>();
  /** Verified in this call, to be announced at its end. */
  announce: number[] = [];

  /** A sole seed's first copies under way: piece to the peer that asked first, and when (ms). */
  readonly promised = new Map<number, { readonly holder: PeerState; readonly since: number }>();
  /** All pieces below this index were at some peer when last looked at. */
  spreadTo = 0;

  readonly speed = new SpeedLimits();
  readonly down = new RateMeter();
  readonly up = new RateMeter();
  /** Bytes asked for a second time in the endgame. */
  duplicateBytes = 0;
  failed = false;

  nextFind = 0;
  nextPeerExchange = 0;
  nextChoke = 0;
  /** Peers unchoked by merit. */
  slots: number;

  constructor(root: Root, wanted: readonly PieceRange[], paused: boolean, candidates: Candidates, slots: number) {
    this.root = root;
    this.tag = providerTag(root);
    this.tagHex = toHex(this.tag);
    this.wanted = wanted;
    this.paused = paused;
    this.candidates = candidates;
    this.slots = slots;
  }

  /** Whether something is left to fetch: the manifest, wanted pieces, or what readers may want next. */
  get incomplete(): boolean {
    return this.content === null || this.missingCount > 0 || this.isRead;
  }

  /** A reader is here, and not the whole share. */
  get isRead(): boolean {
    return this.readers.size > 0 && this.haveCount < (this.content?.table.count ?? 0);
  }

  /** Whether blocks may be asked for. */
  get fetching(): boolean {
    return !this.paused && this.blockedBy === null && this.missingCount > 0;
  }

  cacheKey(piece: number): string {
    return `${this.root}/${piece}`;
  }
}
