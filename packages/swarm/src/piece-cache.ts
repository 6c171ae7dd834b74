interface Held {
  readonly bytes: Uint8Array;
  dirty: boolean;
  usedAt: number;
}

/**
 * Pieces in memory: verified ones that are not stored yet (dirty, never evicted) and loaded ones (least recently used go
 * first). One for all shares, so that its bound holds for the client. Times are in ms.
 */
export class PieceCache {
  readonly #limit: number;
  /** In order of use, oldest first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;
  #dirtyBytes = 0;

  /** @param limit bytes of cached and dirty pieces together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get dirtyBytes(): number {
    return this.#dirtyBytes;
  }

  /** Whether so many bytes more may become dirty. */
  roomFor(bytes: number): boolean {
    return this.#dirtyBytes + bytes <= this.#limit;
  }

  get(key: string, now: number): Uint8Array | null {
    const held = this.#held.get(key);
    if (held === undefined) return null;
    held.usedAt = now;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.bytes;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  put(key: string, bytes: Uint8Array, dirty: boolean, now: number): void {
    this.drop(key);
    this.#held.set(key, { bytes, dirty, usedAt: now });
    this.#bytes += bytes.length;
    if (dirty) this.#dirtyBytes += bytes.length;
    this.#evict(key);
  }

  /** Keeps a piece that may be asked for, if nothing else has to go for it. */
  offer(key: string, bytes: Uint8Array, now: number): void {
    if (!this.has(key) && this.#bytes + bytes.length <= this.#limit) this.put(key, bytes, false, now);
  }

  /** Drops what is stored and was not used since. */
  expire(since: number): void {
    for (const [key, held] of this.#held) {
      if (held.usedAt >= since) return;
      if (!held.dirty) this.drop(key);
    }
  }

  /** The piece is stored: it may be evicted from now on. */
  clean(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined || !held.dirty) return;
    held.dirty = false;
    this.#dirtyBytes -= held.bytes.length;
    this.#evict(key);
  }

  drop(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#bytes -= held.bytes.length;
    if (held.dirty) this.#dirtyBytes -= held.bytes.length;
  }

  /** Drops all pieces whose key begins with `prefix`. */
  dropWhere(prefix: string): void {
    for (const key of [...this.#held.keys()]) if (key.startsWith(prefix)) this.drop(key);
  }

  #evict(keep: string): void {
    if (this.#bytes <= this.#limit) return;
    for (const [key, held] of this.#held) {
      if (held.dirty || key === keep) continue;
      this.drop(key);
      if (this.#bytes <= this.#limit) return;
    }
  }
}
