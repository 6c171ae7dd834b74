import { getBit, type PieceRange } from "@starling/protocol";
import type { Content } from "./content.ts";
import type { Context } from "./context.ts";
import { expectedWait, secondBlock } from "./endgame.ts";
import type { NextBlock } from "./next-block.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";

/** Pieces of one reader that have deadlines at a time. */
export const MAX_DEADLINES = 256;
/** Urgent pieces looked at for a block worth asking for twice, and blocks of each. */
const SCAN_PIECES = 4;
const SCAN_BLOCKS = 64;
/** Ms of requests that a peer may hold that no reader waits for, while one does (40-swarm.md, Streaming). */
const QUEUED_MS = 1000;
/** Ms that a peer which left requests unanswered is expected to take. */
const SNUBBED_WAIT = 30_000;

/** A place in a share that is read in order, and how fast. */
export interface Reader {
  readonly range: PieceRange;
  /** When the first piece is needed. */
  readonly due: number;
  /** Ms between one piece and the next. */
  readonly every: number;
}

/** A piece that some reader needs, by its canonical index. */
export interface UrgentPiece {
  readonly piece: number;
  readonly due: number;
}

/** All pieces that readers need, earliest deadline first. */
export function urgentPieces(content: Content, readers: Iterable<Reader>): UrgentPiece[] {
  const dues = new Map<number, number>();
  for (const { range, due, every } of readers) {
    const [first, count] = range;
    for (let i = 0; i < Math.min(count, MAX_DEADLINES, content.table.count - first); i++) {
      const piece = content.table.canonical(first + i);
      dues.set(piece, Math.min(dues.get(piece) ?? Number.POSITIVE_INFINITY, due + i * every));
    }
  }
  return [...dues].map(([piece, due]) => ({ piece, due })).sort((a, b) => a.due - b.due);
}

/**
 * The block that readers need soonest and this peer can send: earliest deadline first, whoever began the piece. A peer
 * that would miss the deadline leaves the piece to a faster one. When all is asked for, a block that is late with another
 * peer is asked for once more, within the duplicate budget (as libtorrent's time-critical pieces).
 *
 * @param take a free block of a piece for this peer; begins the piece if nobody did.
 */
export function urgentBlock(
  ctx: Context,
  peer: PeerState,
  take: (piece: number) => NextBlock | null,
): NextBlock | null {
  for (const { piece, due } of peer.share.urgent) {
    if (!isWaitedFor(peer.share, piece) || !getBit(peer.bits, piece)) continue;
    if (leavesToFaster(ctx, peer, piece, due)) continue;
    const next = take(piece);
    if (next !== null) return next;
  }
  return lateBlock(ctx, peer);
}

/** Whether a reader needs this piece sooner than the peer can send it, and another is faster. */
export function leavesUrgent(ctx: Context, peer: PeerState, piece: number): boolean {
  const urgent = peer.share.urgent.find((candidate) => candidate.piece === piece);
  return urgent !== undefined && leavesToFaster(ctx, peer, piece, urgent.due);
}

/** Whether this peer has as many requests as it may while a reader waits: what it is sending delays what the reader needs. */
export function yieldsToReaders(ctx: Context, peer: PeerState): boolean {
  if (peer.outstandingCount === 0 || !anyHungry(ctx)) return false;
  return peer.outstandingBytes >= Math.max(ctx.limits.blockBytes, (peer.window.rate * QUEUED_MS) / 1000);
}

/**
 * A piece that makes a file playable early (its first and last: containers keep their index there), for this peer to
 * begin; -1 if none. Random among them, so that receivers do not all fetch the same.
 */
export function earlyPiece(ctx: Context, { share, bits }: PeerState): number {
  const { early, content } = share;
  if (early.length === 0 || content === null || !isListed(content)) return -1;
  share.early = early.map((piece) => content.table.canonical(piece)).filter((piece) => content.picker.has(piece));
  const had = share.early.filter((piece) => getBit(bits, piece));
  return had[Math.floor(ctx.random() * had.length)] ?? -1;
}

/** Whether the catalog's pieces are all here or under way. */
function isListed({ table, picker }: Content): boolean {
  for (let piece = 0; piece < table.manifest.catalogPieces; piece++) if (picker.has(piece)) return false;
  return true;
}

function anyHungry(ctx: Context): boolean {
  for (const share of ctx.shares.values()) {
    if (share.fetching && share.urgent.some(({ piece }) => isWaitedFor(share, piece))) return true;
  }
  return false;
}

function isWaitedFor({ content }: ShareState, piece: number): boolean {
  return content !== null && getBit(content.missing, piece);
}

/** Whether the piece would be late from this peer and another would send it in less than half the time. */
function leavesToFaster(ctx: Context, peer: PeerState, piece: number, due: number): boolean {
  const wait = waitWith(peer);
  if (ctx.now + wait <= due) return false;
  for (const other of peer.share.peers.values()) {
    if (other === peer || !other.joined || other.peerChoking || !getBit(other.bits, piece)) continue;
    if (2 * waitWith(other) < wait) return true;
  }
  return false;
}

function waitWith(peer: PeerState): number {
  return peer.snubbed ? SNUBBED_WAIT : expectedWait(peer);
}

/** A block of the most urgent pieces that will be late where it was asked for and should come sooner from this peer. */
function lateBlock(ctx: Context, peer: PeerState): NextBlock | null {
  const { share } = peer;
  let pieces = SCAN_PIECES;
  for (const { piece, due } of share.urgent) {
    const begun = share.begun.get(piece);
    if (begun === undefined || begun.verifying || begun.exclusive || !getBit(peer.bits, piece)) continue;
    if (pieces-- <= 0) break;
    const second = secondBlock(ctx, peer, begun, { blocks: SCAN_BLOCKS }, (left) => ctx.now + left > due);
    if (second !== null) return second;
  }
  return null;
}
