/** Where a piece's bytes are. */
export interface Span {
  readonly segment: number;
  readonly blob: Blob;
  readonly offset: number;
  readonly length: number;
}

export interface SegmentReaderOptions {
  /** Bytes of a segment that are read at once. */
  readonly windowBytes: number;
  /** Bytes of windows that are kept. */
  readonly cacheBytes: number;
}

/** From this length on a piece is read by itself: it costs no more than its share of a window. */
const LARGE = 512 << 10;
/** Runs of neighbours that are told apart from single reads at a time. */
const RUNS = 64;

interface Window {
  readonly blob: Blob;
  readonly length: number;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads small pieces by aligned windows of their segment, because each read of a Blob costs more than the bytes of a
 * small piece, and pieces are mostly read in runs of neighbours; one that continues no run is read alone. Windows are
 * kept in a bounded cache, the least recently used goes first. A window serves the Blob object that it was read from and
 * no other.
 */
export class SegmentReader {
  readonly #options: SegmentReaderOptions;
  /** Least recently used first. */
  readonly #windows = new Map<string, Window>();
  /** Where pieces end that no later one continued yet, oldest first. */
  readonly #ends = new Set<string>();
  #cachedBytes = 0;

  constructor(options: SegmentReaderOptions) {
    this.#options = options;
  }

  /** A copy of these bytes. Rejects as Blob.arrayBuffer does. */
  async read({ segment, blob, offset, length }: Span): Promise<Uint8Array<ArrayBuffer>> {
    const end = offset + length;
    if (length >= LARGE) return bytesOf(blob, offset, end);
    const { windowBytes } = this.#options;
    const starts: number[] = [];
    for (let at = offset - (offset % windowBytes); at < end; at += windowBytes) starts.push(at);
    const continues = this.#continuesRun(segment, offset, end);
    if (!continues && !starts.every((start) => this.#windows.get(keyOf(segment, start))?.blob === blob)) {
      return bytesOf(blob, offset, end);
    }
    const piece = new Uint8Array(length);
    const copy = async (start: number): Promise<void> => {
      const bytes = await this.#window(segment, blob, start);
      const from = Math.max(offset - start, 0);
      piece.set(bytes.subarray(from, end - start), start + from - offset);
    };
    await Promise.all(starts.map(copy));
    return piece;
  }

  /** Forgets all windows. */
  clear(): void {
    this.#windows.clear();
    this.#cachedBytes = 0;
  }

  /** Whether a piece that was asked for lately ends where this one begins. */
  #continuesRun(segment: number, offset: number, end: number): boolean {
    const continues = this.#ends.delete(keyOf(segment, offset));
    this.#ends.add(keyOf(segment, end));
    for (const oldest of this.#ends) {
      if (this.#ends.size <= RUNS) break;
      this.#ends.delete(oldest);
    }
    return continues;
  }

  #window(segment: number, blob: Blob, start: number): Promise<Uint8Array<ArrayBuffer>> {
    const key = keyOf(segment, start);
    const kept = this.#windows.get(key);
    if (kept) this.#forget(key, kept);
    const window = kept?.blob === blob ? kept : this.#open(key, blob, start);
    this.#windows.set(key, window);
    this.#cachedBytes += window.length;
    for (const [oldest, old] of this.#windows) {
      if (this.#cachedBytes <= this.#options.cacheBytes) break;
      this.#forget(oldest, old);
    }
    return window.bytes;
  }

  #open(key: string, blob: Blob, start: number): Window {
    const end = Math.min(start + this.#options.windowBytes, blob.size);
    const window = { blob, length: end - start, bytes: bytesOf(blob, start, end) };
    window.bytes.catch(() => this.#forget(key, window));
    return window;
  }

  #forget(key: string, window: Window): void {
    if (this.#windows.get(key) !== window) return;
    this.#windows.delete(key);
    this.#cachedBytes -= window.length;
  }
}

function keyOf(segment: number, offset: number): string {
  return `${segment}:${offset}`;
}

/** Rejects as Blob.arrayBuffer does. */
export async function bytesOf(blob: Blob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const part = start === 0 && end === blob.size ? blob : blob.slice(start, end);
  return new Uint8Array(await part.arrayBuffer());
}
