import type { PieceHash } from "@starling/protocol";
import { HaveSets } from "./have-sets.ts";
import type { PieceStore } from "./piece-store.ts";
import {
  type VerifiedPiece,
  WRITE_BEHIND_DEFAULTS,
  type WriteBehind,
  type WriteBehindOptions,
  type WriteReport,
} from "./write-behind.ts";

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
  readonly #haves = new HaveSets();
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
    this.#haves.register(shareId, pieceCount, have);
  }

  add(piece: VerifiedPiece): boolean {
    if (!this.#haves.fits(piece.shareId, piece.pieces)) return false;
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
    this.#haves.withdraw(shareId, pieces);
  }

  async flush(): Promise<void> {
    const last = this.#queue.at(-1) ?? this.#sent.at(-1);
    const pending = (): boolean => last !== undefined && (this.#queue.includes(last) || this.#sent.includes(last));
    while (pending() || this.#haves.stale) {
      await (this.#writing ?? this.#write());
    }
  }

  async forget(shareId: string): Promise<void> {
    this.#haves.delete(shareId);
    this.#queue = this.#queue.filter(({ piece }) => piece.shareId !== shareId);
    this.#queuedBytes = sizeOf(this.#queue);
    while (this.#sent.some(({ piece }) => piece.shareId === shareId)) await this.#writing;
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
      if (!this.#haves.has(shareId)) continue;
      if (result.ok) this.#haves.add(shareId, pieces);
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
    return { entries, haves: this.#haves.changedBy(piecesByShare(entries)) };
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
