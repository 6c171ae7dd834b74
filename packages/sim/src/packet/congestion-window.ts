/** Payload of one packet in bytes, as Chrome sends them: its SCTP packets are at most 1191 bytes long. */
export const PAYLOAD = 1163;
/** RFC 9260, section 7.2.1, as RFC 6928 raised it. */
const INITIAL_WINDOW = 10 * PAYLOAD;
const LEAST_WINDOW = 4 * PAYLOAD;

/** Slow start, congestion avoidance and fast recovery of RFC 9260, section 7.2: Reno with selective reports. */
export class CongestionWindow {
  #bytes = INITIAL_WINDOW;
  #threshold = Number.POSITIVE_INFINITY;
  #partial = 0;
  /** The last packet that was sent before the loss; -1 unless it recovers. */
  #recoverUntil = -1;

  /** That may be under way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** All packets before this one were received. */
  recovered(acked: number): void {
    if (acked > this.#recoverUntil) this.#recoverUntil = -1;
  }

  /** So many bytes were received while the window was full. */
  grow(bytes: number): void {
    if (this.#recoverUntil >= 0) return;
    if (this.#bytes <= this.#threshold) {
      this.#bytes += Math.min(bytes, PAYLOAD);
      return;
    }
    this.#partial += bytes;
    if (this.#partial < this.#bytes) return;
    this.#partial -= this.#bytes;
    this.#bytes += PAYLOAD;
  }

  /** A packet was lost; once until all up to `lastSent` are there. */
  halve(lastSent: number): void {
    if (this.#recoverUntil >= 0) return;
    this.#threshold = Math.max(this.#bytes / 2, LEAST_WINDOW);
    this.#bytes = this.#threshold;
    this.#partial = 0;
    this.#recoverUntil = lastSent;
  }

  /** Nothing was reported in time. */
  collapse(): void {
    this.#threshold = Math.max(this.#bytes / 2, LEAST_WINDOW);
    this.#bytes = PAYLOAD;
    this.#partial = 0;
    this.#recoverUntil = -1;
  }
}
