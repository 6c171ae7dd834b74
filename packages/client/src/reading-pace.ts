/** Bytes per second that a reader is taken for at first: a film of good quality. */
const FIRST_RATE = 1_000_000;
/** A slower reader still gets this rate, so that one that was held up can go on quickly. */
const LEAST_RATE = 100_000;
/** Seconds of reading that are fetched ahead, and bounds of that in bytes. */
const AHEAD_SECONDS = 4;
const LEAST_AHEAD = 2 * 1024 * 1024;
const MOST_AHEAD = 16 * 1024 * 1024;
/** Bounds of that in pieces; the swarm takes no more (MAX_DEADLINES). */
const LEAST_PIECES = 2;
const MOST_PIECES = 256;
/** Seconds over which the pace is averaged. */
const MEMORY_SECONDS = 5;

/** How fast a stream is read, seen from when it asks for more: how far ahead to fetch, and when each piece is needed. */
export class ReadingPace {
  readonly #pieceBytes: number;
  #rate = FIRST_RATE;
  #at: number;
  #offset: number | null = null;

  /** @param pieceBytes plaintext bytes of a full piece. @param now ms of any clock. */
  constructor(pieceBytes: number, now: number) {
    this.#pieceBytes = pieceBytes;
    this.#at = now;
  }

  /** The reader asked for what begins at `offset`. */
  pulled(offset: number, now: number): void {
    const seconds = (now - this.#at) / 1000;
    const bytes = offset - (this.#offset ?? offset);
    this.#at = now;
    this.#offset = offset;
    if (bytes === 0 || seconds === 0) return;
    const weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
    this.#rate += (bytes / seconds - this.#rate) * weight;
  }

  /** Ms from one piece to the next. */
  get every(): number {
    return (this.#pieceBytes / Math.max(LEAST_RATE, this.#rate)) * 1000;
  }

  /** Pieces to fetch from the one being read on. */
  get ahead(): number {
    const bytes = Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, this.#rate * AHEAD_SECONDS));
    return Math.min(MOST_PIECES, Math.max(LEAST_PIECES, Math.ceil(bytes / this.#pieceBytes)));
  }
}
