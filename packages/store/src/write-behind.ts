import type { PieceHash } from "@starling/protocol";
import type { PieceStore, StoredPiece } from "./piece-store.ts";

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

export function createWriteBehind(
  store: Pick<PieceStore, "write">,
  options: Partial<WriteBehindOptions>,
  report: (report: WriteReport) => void,
): WriteBehind {
  return new BatchWriter(store, { ...WRITE_BEHIND_DEFAULTS, ...options }, report);
}

interface Waiting {
  readonly piece: VerifiedPiece;
  readonly since: number;
}

/** A share's have-set as it is in the store, as far as we know. `stale`: the store has yet to hear of a withdrawal. */
interface HaveSet {
  readonly pieceCount: number;
  bits: Uint8Array;
  stale: boolean;
}

interface Batch {
  readonly entries: readonly Waiting[];
  readonly haves: ReadonlyMap<string, Uint8Array>;
}

/**
 * Invariants:
 * - One write is under way at most, and batches go out in the order in which their pieces came.
 * - A bit enters a have-set only with the write that carries its piece; a refused batch leaves the set as it was.
 * - `dirtyBytes` is the sum over waiting and written-just-now pieces, whatever the outcome of the write.
 */
class BatchWriter implements WriteBehind {
  readonly #store: Pick<PieceStore, "write">;
  readonly #options: WriteBehindOptions;
  readonly #report: (report: WriteReport) => void;
  readonly #haves = new Map<string, HaveSet>();
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  #sent: readonly Waiting[] = [];
  #writing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(store: Pick<PieceStore, "write">, options: WriteBehindOptions, report: (report: WriteReport) => void) {
    this.#store = store;
    this.#options = options;
    this.#report = report;
  }

  get dirtyBytes(): number {
    return this.#queuedBytes + this.#sentBytes;
  }

  get full(): boolean {
    return this.dirtyBytes >= this.#options.maxDirtyBytes;
  }

  register(shareId: string, pieceCount: number, have: Uint8Array | null): void {
    const length = Math.ceil(pieceCount / 8);
    if (have !== null && have.length !== length) {
      throw new RangeError(`The have-set of ${pieceCount} pieces has ${length} bytes, not ${have.length}.`);
    }
    this.#haves.set(shareId, { pieceCount, bits: have?.slice() ?? new Uint8Array(length), stale: false });
  }

  add(piece: VerifiedPiece): boolean {
    const have = this.#haves.get(piece.shareId);
    if (!have || !piece.pieces.every((index) => Number.isInteger(index) && index >= 0 && index < have.pieceCount)) {
      return false;
    }
    this.#queue.push({ piece, since: performance.now() });
    this.#queuedBytes += piece.bytes.length;
    this.#pump();
    return true;
  }

  waiting(hash: PieceHash): Uint8Array | null {
    const is = ({ piece }: Waiting): boolean => piece.hash === hash;
    return (this.#queue.find(is) ?? this.#sent.find(is))?.piece.bytes ?? null;
  }

  withdraw(shareId: string, pieces: readonly number[]): void {
    const have = this.#haves.get(shareId);
    if (!have) return;
    have.bits = withBits(have.bits, pieces, false);
    have.stale = true;
  }

  async flush(): Promise<void> {
    const last = this.#queue.at(-1) ?? this.#sent.at(-1);
    const pending = (): boolean => last !== undefined && (this.#queue.includes(last) || this.#sent.includes(last));
    while (pending() || this.#stale()) {
      await (this.#writing ?? this.#write());
    }
  }

  async forget(shareId: string): Promise<void> {
    this.#haves.delete(shareId);
    this.#queue = this.#queue.filter(({ piece }) => piece.shareId !== shareId);
    this.#queuedBytes = sizeOf(this.#queue);
    while (this.#sent.some(({ piece }) => piece.shareId === shareId)) await this.#writing;
  }

  #stale(): boolean {
    return [...this.#haves.values()].some((have) => have.stale);
  }

  /** Starts a write if one is due, else sets the timer to when it will be. Each write's end comes here again. */
  #pump(): void {
    const first = this.#queue[0];
    if (this.#writing || !first) return;
    const wait = first.since + this.#options.maxDelayMs - performance.now();
    if (wait <= 0 || this.#queuedBytes >= this.#options.batchBytes) {
      void this.#write();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, wait);
  }

  /** Only while no write is under way. */
  #write(): Promise<void> {
    this.#writing = this.#writeBatch(this.#takeBatch()).finally(() => {
      this.#writing = null;
      this.#pump();
    });
    return this.#writing;
  }

  async #writeBatch({ entries, haves }: Batch): Promise<void> {
    const result = await this.#store
      .write({
        pieces: entries.map(({ piece }) => piece),
        haves: [...haves].map(([shareId, bits]) => ({ shareId, bits })),
      })
      .catch((error: unknown) => ({ ok: false as const, reason: "unavailable" as const, detail: String(error) }));
    this.#sent = [];
    this.#sentBytes = 0;
    const outcome = result.ok
      ? { type: "stored" as const }
      : { type: "failed" as const, reason: result.reason, detail: result.detail };
    for (const [shareId, pieces] of piecesByShare(entries)) {
      const have = this.#haves.get(shareId);
      if (!have) continue;
      if (result.ok) have.bits = withBits(have.bits, pieces, true);
      this.#report({ ...outcome, shareId, pieces });
    }
  }

  #takeBatch(): Batch {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && bytes < this.#options.batchBytes)
      bytes += this.#queue[count++]?.piece.bytes.length ?? 0;
    const entries = this.#queue.splice(0, count);
    this.#queuedBytes -= bytes;
    this.#sentBytes = bytes;
    this.#sent = entries;
    return { entries, haves: this.#havesWith(entries) };
  }

  /** The have-sets that this batch changes, its own pieces included. */
  #havesWith(entries: readonly Waiting[]): Map<string, Uint8Array> {
    const pieces = piecesByShare(entries);
    const changed = new Map<string, Uint8Array>();
    for (const [shareId, have] of this.#haves) {
      const added = pieces.get(shareId);
      if (added || have.stale) changed.set(shareId, withBits(have.bits, added ?? [], true));
      have.stale = false;
    }
    return changed;
  }
}

function sizeOf(entries: readonly Waiting[]): number {
  return entries.reduce((sum, { piece }) => sum + piece.bytes.length, 0);
}

function piecesByShare(entries: readonly Waiting[]): Map<string, number[]> {
  const byShare = new Map<string, number[]>();
  for (const { piece } of entries) {
    const pieces = byShare.get(piece.shareId);
    if (pieces) pieces.push(...piece.pieces);
    else byShare.set(piece.shareId, [...piece.pieces]);
  }
  return byShare;
}

/** A copy with these bits set or cleared, most significant bit first. */
function withBits(bits: Uint8Array, pieces: readonly number[], value: boolean): Uint8Array {
  const copy = bits.slice();
  for (const piece of pieces) {
    const mask = 0x80 >> (piece & 7);
    const byte = copy[piece >> 3] ?? 0;
    copy[piece >> 3] = value ? byte | mask : byte & ~mask;
  }
  return copy;
}
