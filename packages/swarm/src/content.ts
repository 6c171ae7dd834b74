import { type Manifest, makeBitfield, manifestSize } from "@starling/protocol";
import { Picker } from "./picker.ts";
import type { PieceTable } from "./piece-table.ts";

/** Largest run of neighbours asked of one peer (libtorrent's extent), and about the least number of runs in a share. */
const MAX_EXTENT_BYTES = 4 * 1024 * 1024;
const MIN_EXTENTS = 32;

/** The parts of a share that exist only once its manifest is known. */
export interface Content {
  readonly table: PieceTable;
  /** Verified pieces. */
  readonly have: Uint8Array;
  /** Canonical pieces that are wanted and not verified, begun ones included. */
  readonly missing: Uint8Array;
  readonly picker: Picker;
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

/**
 * Pieces in a run: long enough for cheap reads, short enough that receivers soon have different parts. A power of two, so
 * that runs lie like the store's segments of 4 MiB (docs/decisions/0003).
 */
function extentOf(manifest: Manifest): number {
  const bytes = manifestSize(manifest);
  const extent = Math.min(MAX_EXTENT_BYTES, bytes / MIN_EXTENTS);
  return 2 ** Math.max(0, Math.round(Math.log2((extent * manifest.pieceCount) / bytes)));
}
