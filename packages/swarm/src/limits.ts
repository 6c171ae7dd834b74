import { MAX_PIECE_SIZE } from "@starling/protocol";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What a swarm may hold and do. Sizes in bytes, times in ms. The defaults are {@link DEFAULT_LIMITS}. */
export interface SwarmLimits {
  /** Length of the blocks that we ask a slow or unknown peer for. */
  readonly blockBytes: number;
  /** The most that a fast one is asked for. */
  readonly largeBlockBytes: number;
  /** Begun pieces and outstanding requests together, over all shares. */
  readonly fetchingBytes: number;
  /** Cached pieces and verified ones not stored yet together, over all shares. */
  readonly heldBytes: number;
  /** A cached piece that nobody asked for during so many ms is dropped. */
  readonly heldFor: number;
  /** Bytes of blocks that may be under way to all peers before anything is known of the uplink. */
  readonly uplinkStartBytes: number;
  /** Bytes handed to one link and not reported as flushed; where the path is near, to each of its associations. */
  readonly linkQueueBytes: number;
  /** Bytes of one link's requests that wait for their piece to be loaded. */
  readonly loadAheadBytes: number;
  /** Requests of one peer that we queue; more are rejected. */
  readonly queuedRequests: number;
  /** Peers unchoked by merit to begin with; the choker changes it with the uplink, and adds some at random. */
  readonly uploadSlots: number;
  /** Peers of one share that we want links to. */
  readonly wantedLinks: number;
  /** Candidates of one share that we remember. */
  readonly candidates: number;
  readonly chokeEvery: number;
  readonly peerExchangeEvery: number;
  /** Between searches for providers: without any source, and with one. */
  readonly findEvery: number;
  readonly findEveryWithSource: number;
  /** Least time after which a request counts as unanswered. */
  readonly requestTimeout: number;
  /** The same for a part of a manifest; each time-out in a row doubles it. */
  readonly manifestTimeout: number;
  /** A wanted link that does not come up for so long is given up, and tried again no sooner. */
  readonly dialTimeout: number;
  /** A peer that refused or left is asked again no sooner. */
  readonly rejoinAfter: number;
  /** Time-outs in a row, each twice as long, after which a peer's link ends. */
  readonly strikes: number;
  /** Share of a share's bytes that may be fetched twice in the endgame. */
  readonly duplicateShare: number;
}

/** From 40-swarm.md where it names a value. */
export const DEFAULT_LIMITS: SwarmLimits = {
  blockBytes: 16 * KIB,
  largeBlockBytes: 128 * KIB,
  fetchingBytes: 32 * MIB,
  heldBytes: 64 * MIB,
  heldFor: 600_000,
  uplinkStartBytes: 32 * KIB,
  linkQueueBytes: 384 * KIB,
  loadAheadBytes: MIB,
  queuedRequests: 2048,
  uploadSlots: 4,
  wantedLinks: 20,
  candidates: 256,
  chokeEvery: 10_000,
  peerExchangeEvery: 60_000,
  findEvery: 5_000,
  findEveryWithSource: 60_000,
  requestTimeout: 2_000,
  manifestTimeout: 10_000,
  dialTimeout: 30_000,
  rejoinAfter: 30_000,
  strikes: 5,
  duplicateShare: 0.01,
};

/** Requests outstanding towards one peer, however small. */
export const MAX_OUTSTANDING = 1024;
/** Requests of at most {@link SMALL_BLOCK} bytes may be outstanding beyond the window up to this count. */
export const SMALL_REQUESTS = 256;
export const SMALL_BLOCK = KIB;
/** Joins of one link that are remembered although we take no part in their shares. */
export const MAX_DECLINED = 64;
/** An offset is below this, so that piece and offset make one exact number. */
const OFFSET_SPAN = MAX_PIECE_SIZE * 2;

/** One number for a block's place in a share: a map key without allocation. */
export function blockKey(piece: number, offset: number): number {
  return piece * OFFSET_SPAN + offset;
}
