import {
  ID_BYTES,
  type Manifest,
  makeBitfield,
  manifestHash,
  manifestSize,
  type NodeId,
  type PieceRange,
  providerTag,
  type Root,
  toHex,
} from "@starling/protocol";
import { Acquaintances } from "./acquaintances.ts";
import type { BegunPiece } from "./begun-piece.ts";
import type { Candidates } from "./candidates.ts";
import type { Reader, UrgentPiece } from "./deadlines.ts";
import type { ManifestFetch } from "./manifest-exchange.ts";
import type { PeerState } from "./peer-state.ts";
import { Picker } from "./picker.ts";
import { RateMeter } from "./rate-meter.ts";
import { SpeedLimits } from "./token-bucket.ts";

/** Bytes of a piece that failed its hash, and who sent its blocks; compared with the right bytes once they are known. */
export interface Dispute {
  readonly bytes: Uint8Array;
  readonly senders: readonly (NodeId | null)[];
  readonly blockBytes: number;
}

/** What the manifest says, prepared for look-up. */
export class PieceTable {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** For pieces whose address occurs before: the first index with it. */
  readonly #first = new Map<number, number>();
  readonly #twins = new Map<number, number[]>();

  constructor(manifest: Manifest, bytes: Uint8Array) {
    this.manifest = manifest;
    this.bytes = bytes;
    this.count = manifest.pieceCount;
    // Addresses are told apart by 48 bits; only where those agree, by all of them.
    const byPrefix = new Map<number, number>();
    const byHash = new Map<string, number>();
    for (let piece = 0; piece < this.count; piece++) {
      const prefix = prefixOf(manifest.hashes, piece);
      const first = byPrefix.get(prefix);
      if (first === undefined) byPrefix.set(prefix, piece);
      else if (sameHash(manifest.hashes, first, piece)) this.#addTwin(first, piece);
      else this.#addByHash(byHash, piece);
    }
  }

  length(piece: number): number {
    return this.manifest.lengths[piece] ?? 0;
  }

  /** The lowest index with this piece's address: only that one is fetched, stored and loaded. */
  canonical(piece: number): number {
    return this.#first.get(piece) ?? piece;
  }

  /** All indexes with the address of a canonical piece, itself included. */
  sameAs(canonical: number): readonly number[] {
    return this.#twins.get(canonical) ?? [canonical];
  }

  #addByHash(byHash: Map<string, number>, piece: number): void {
    const hash = manifestHash(this.manifest, piece);
    const first = byHash.get(hash);
    if (first === undefined) byHash.set(hash, piece);
    else this.#addTwin(first, piece);
  }

  #addTwin(first: number, piece: number): void {
    this.#first.set(piece, first);
    const twins = this.#twins.get(first);
    if (twins === undefined) this.#twins.set(first, [first, piece]);
    else twins.push(piece);
  }
}

function prefixOf(hashes: Uint8Array, piece: number): number {
  let prefix = 0;
  for (let at = piece * ID_BYTES; at < piece * ID_BYTES + 6; at++) prefix = prefix * 256 + (hashes[at] ?? 0);
  return prefix;
}

function sameHash(hashes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (hashes[a * ID_BYTES + i] !== hashes[b * ID_BYTES + i]) return false;
  return true;
}

/** The parts of a share that exist only once its manifest is known. */
export interface Content {
  readonly table: PieceTable;
  /** Verified pieces. */
  readonly have: Uint8Array;
  /** Canonical pieces that are wanted and not verified, begun ones included. */
  readonly missing: Uint8Array;
  readonly picker: Picker;
}

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

  /** A sole seed's first copies under way: piece to the peer that asked first. */
  readonly promised = new Map<number, PeerState>();
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

/** Empty content for a manifest. */
export function contentOf(table: PieceTable, random: () => number): Content {
  return {
    table,
    have: makeBitfield(table.count),
    missing: makeBitfield(table.count),
    picker: new Picker(table.count, table.manifest.catalogPieces, random, extentOf(table.manifest)),
  };
}

/** Largest run of neighbours asked of one peer (libtorrent's extent), and about the least number of runs in a share. */
const MAX_EXTENT_BYTES = 4 * 1024 * 1024;
const MIN_EXTENTS = 32;

/**
 * Pieces in a run: long enough for cheap reads, short enough that receivers soon have different parts. A power of two, so
 * that runs lie like the store's segments of 4 MiB (docs/decisions/0003).
 */
function extentOf(manifest: Manifest): number {
  const bytes = manifestSize(manifest);
  const extent = Math.min(MAX_EXTENT_BYTES, bytes / MIN_EXTENTS);
  return 2 ** Math.max(0, Math.round(Math.log2((extent * manifest.pieceCount) / bytes)));
}
