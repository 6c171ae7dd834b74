import type { PieceHash } from "@starling/protocol";
import { hashesTo } from "./piece-bytes.ts";
import {
  describe,
  type IdentitySlot,
  type PieceStore,
  type ReadResult,
  type ShareRecord,
  StoreUnavailableError,
  type WriteBatch,
  type WriteResult,
} from "./piece-store.ts";
import { hashesOf, unnamed } from "./references.ts";

/** What a memory store keeps. Two stores on one disk stand for two tabs, a second one after the first for a reload. */
export interface MemoryDisk {
  readonly pieces: Map<PieceHash, Uint8Array<ArrayBuffer>>;
  readonly shares: Map<string, ShareRecord>;
  readonly haves: Map<string, Uint8Array>;
  readonly slots: Map<number, IdentitySlot>;
}

export interface MemoryStoreOptions {
  /** Bytes of pieces that fit; more is refused with `quota`. Without it there is no bound. Read anew at each write. */
  readonly quotaBytes?: number;
  readonly disk?: MemoryDisk;
}

export function createMemoryDisk(): MemoryDisk {
  return { pieces: new Map(), shares: new Map(), haves: new Map(), slots: new Map() };
}

/** A store that is gone with the page: for tests, and where the browser has no IndexedDB. Copies on write and on read. */
export function createMemoryStore(options: MemoryStoreOptions = {}): PieceStore {
  return new MemoryStore(options.disk ?? createMemoryDisk(), options);
}

class MemoryStore implements PieceStore {
  readonly #disk: MemoryDisk;
  readonly #options: MemoryStoreOptions;
  #closed = false;

  constructor(disk: MemoryDisk, options: MemoryStoreOptions) {
    this.#disk = disk;
    this.#options = options;
  }

  async write(batch: WriteBatch): Promise<WriteResult> {
    return this.#change(({ pieces, haves }) => {
      const added = new Map(batch.pieces.map(({ hash, bytes }) => [hash, bytes.slice()]));
      const { quotaBytes } = this.#options;
      if (quotaBytes !== undefined) refuseOver(quotaBytes, new Map([...pieces, ...added]));
      for (const [hash, bytes] of added) pieces.set(hash, bytes);
      for (const { shareId, bits } of batch.haves) haves.set(shareId, bits.slice());
    });
  }

  async read(hash: PieceHash): Promise<ReadResult> {
    if (this.#closed) return { ok: false, reason: "unavailable" };
    const { pieces } = this.#disk;
    const stored = pieces.get(hash);
    if (stored === undefined) return { ok: false, reason: "missing" };
    const bytes = stored.slice();
    if (await hashesTo(hash, bytes)) return { ok: true, bytes };
    if (pieces.get(hash) === stored) pieces.delete(hash);
    return { ok: false, reason: "corrupt" };
  }

  async present(hashes: readonly PieceHash[]): Promise<readonly boolean[]> {
    const { pieces } = this.#open();
    return hashes.map((hash) => pieces.has(hash));
  }

  async addresses(): Promise<readonly PieceHash[]> {
    return [...this.#open().pieces.keys()].sort();
  }

  async shares(): Promise<readonly ShareRecord[]> {
    return structuredClone([...this.#open().shares.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  async share(id: string): Promise<ShareRecord | null> {
    return structuredClone(this.#open().shares.get(id) ?? null);
  }

  async saveShare({ id, hashes, data }: ShareRecord): Promise<WriteResult> {
    return this.#change(({ shares }) => shares.set(id, structuredClone({ id, hashes: hashes?.slice() ?? null, data })));
  }

  async have(shareId: string): Promise<Uint8Array | null> {
    return this.#open().haves.get(shareId)?.slice() ?? null;
  }

  async removeShare(id: string): Promise<WriteResult> {
    return this.#change(({ shares, haves, pieces }) => {
      const removed = shares.get(id);
      shares.delete(id);
      haves.delete(id);
      for (const hash of unnamed(removed ? hashesOf(removed) : [], [...shares.values()])) pieces.delete(hash);
    });
  }

  async discard(hashes: readonly PieceHash[]): Promise<WriteResult> {
    return this.#change(({ shares, pieces }) => {
      for (const hash of unnamed(hashes, [...shares.values()])) pieces.delete(hash);
    });
  }

  async sweep(): Promise<WriteResult> {
    return this.#change(({ shares, haves, pieces }) => {
      for (const hash of unnamed(pieces.keys(), [...shares.values()])) pieces.delete(hash);
      for (const id of haves.keys()) if (!shares.has(id)) haves.delete(id);
    });
  }

  async slots(): Promise<readonly IdentitySlot[]> {
    return structuredClone([...this.#open().slots.values()].sort((a, b) => a.slot - b.slot));
  }

  async saveSlot(slot: IdentitySlot): Promise<WriteResult> {
    return this.#change(({ slots }) => slots.set(slot.slot, structuredClone(slot)));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #open(): MemoryDisk {
    if (this.#closed) throw new StoreUnavailableError(new DOMException("The store was closed.", "InvalidStateError"));
    return this.#disk;
  }

  #change(apply: (disk: MemoryDisk) => unknown): WriteResult {
    try {
      apply(this.#open());
      return { ok: true };
    } catch (error) {
      const quota = error instanceof Error && error.name === "QuotaExceededError";
      return { ok: false, reason: quota ? "quota" : "unavailable", detail: describe(error) };
    }
  }
}

function refuseOver(quotaBytes: number, pieces: ReadonlyMap<PieceHash, Uint8Array>): void {
  let total = 0;
  for (const bytes of pieces.values()) total += bytes.length;
  if (total > quotaBytes) throw new DOMException(`No room for ${total} bytes.`, "QuotaExceededError");
}
