import type { PieceHash } from "@starling/protocol";
import type { StoredPiece } from "./piece-store.ts";

const MIB = 1024 * 1024;

export interface WriteBehindOptions {
  /** A batch goes out when this much waits; larger batches gain little (docs/decisions/0002-piece-rows-in-indexeddb.md). */
  readonly batchBytes: number;
  /** A batch goes out no later than this after its first piece. In a hidden tab the browser's timer may take a second. */
  readonly maxDelayMs: number;
  /** Bytes not yet written, from which on `full` asks the caller to fetch no more. */
  readonly maxDirtyBytes: number;
}

export const WRITE_BEHIND_DEFAULTS: WriteBehindOptions = {
  batchBytes: 4 * MIB,
  maxDelayMs: 250,
  maxDirtyBytes: 64 * MIB,
};

/** A verified piece of a share; `pieces` are all the share's indices with this address. The bytes must not change. */
export interface VerifiedPiece extends StoredPiece {
  readonly shareId: string;
  readonly pieces: readonly number[];
}

/** What became of pieces, by index. `failed` ones are kept neither in memory nor in the have-set: fetch them again. */
export type WriteReport =
  | { readonly type: "stored"; readonly shareId: string; readonly pieces: readonly number[] }
  | {
      readonly type: "failed";
      readonly shareId: string;
      readonly pieces: readonly number[];
      readonly reason: "quota" | "unavailable";
      readonly detail: string;
    };

/** Collects verified pieces and writes them in batches, each with the have-sets that they change. */
export interface WriteBehind {
  /** Bytes accepted and not yet written or refused. */
  readonly dirtyBytes: number;
  /** Whether `dirtyBytes` reached its bound. `add` still takes what was verified, for dropping it would lose work. */
  readonly full: boolean;
  /** Before the share's first piece. `have` is its have-set as loaded, null for an empty one; longer or shorter is refused. */
  register(shareId: string, pieceCount: number, have: Uint8Array | null): void;
  /** Takes a piece of a registered share; false when the share is not registered or an index is out of its range. */
  add(piece: VerifiedPiece): boolean;
  /** The bytes of a piece that is accepted but not yet written. */
  waiting(hash: PieceHash): Uint8Array | null;
  /** Takes pieces out of the have-set because reading them failed; written with the next batch. */
  withdraw(shareId: string, pieces: readonly number[]): void;
  /** Writes what was accepted so far at once; resolves when all of it is written or reported as failed. Never rejects. */
  flush(): Promise<void>;
  /**
   * Drops the share's waiting pieces and its have-set; nothing more is reported for it. Resolves when no batch with its
   * pieces is under way, so that `removeShare` may follow.
   */
  forget(shareId: string): Promise<void>;
}
