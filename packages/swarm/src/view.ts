import type { NodeId } from "@starling/protocol";

/** A peer of a share as the pages show it. Rates in bytes per second over the last seconds; counts in bytes of blocks. */
export interface PeerView {
  readonly peer: NodeId;
  /** Pieces of the share that it says it has, 0 to 1; null before its manifest or have-set is known. */
  readonly completion: number | null;
  readonly amChoking: boolean;
  readonly amInterested: boolean;
  readonly peerChoking: boolean;
  readonly peerInterested: boolean;
  readonly downRate: number;
  readonly upRate: number;
  readonly bytesDownloaded: number;
  readonly bytesUploaded: number;
}

/** A share as the machine sees it now; made on demand, never kept. */
export interface ShareView {
  readonly peers: readonly PeerView[];
  /** Verified pieces, most significant bit first; null before the manifest. */
  readonly have: Uint8Array | null;
  /** Bytes (ciphertext) received in blocks and sent in blocks since `add`, duplicates included. */
  readonly bytesDownloaded: number;
  readonly bytesUploaded: number;
  readonly downRate: number;
  readonly upRate: number;
  /** Whole copies among linked peers and us: availability of the rarest piece. */
  readonly copies: number;
  /** Whether fetching stands still because the store refused bytes. */
  readonly blockedBy: "quota" | "unavailable" | null;
}
