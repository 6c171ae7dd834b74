import { type BlockRange, MANIFEST_CHUNK } from "@starling/protocol";
import type { PeerState } from "./peer-state.ts";
import type { PieceTable } from "./piece-table.ts";

/**
 * The catalog of most shares is small, and nothing can be chosen before it is here. It follows the manifest without a
 * request, a round trip sooner: the sender takes the request for the manifest as one for the catalog too, announces that
 * with the manifest, and from then on all is as if the block had been requested.
 */

/** Bytes of a catalog that may follow: those of the smallest block (`SwarmLimits.blockBytes`), so that it is one request's. */
const MAX_FOLLOWING = 16 * 1024;

/** The catalog, if it may follow: one block behind a manifest of one chunk, and legible to everybody with the link. */
export function catalogBlock(table: PieceTable): BlockRange | null {
  const { manifest, bytes } = table;
  const length = table.length(0);
  const fits = bytes.length <= MANIFEST_CHUNK && manifest.catalogPieces === 1 && length <= MAX_FOLLOWING;
  return fits && !manifest.hasPassword ? [0, 0, length] : null;
}

/** Whether the peer announced this block, which comes (or is rejected) without our request. It announces it once. */
export function takeAnnounced(peer: PeerState, [piece, offset, length]: BlockRange): boolean {
  const { content } = peer.share;
  if (!peer.announcedCatalog || piece !== 0 || offset !== 0) return false;
  // The manifest may have been asked of another peer too, and still be on its way from there.
  if (content !== null && catalogBlock(content.table)?.[2] !== length) return false;
  peer.announcedCatalog = false;
  return true;
}
