const KIB = 1024;
const MIN_WINDOW = 64 * KIB;
const MAX_WINDOW = 8 * 1024 * KIB;

/** Response times beyond the minimum, in ms, that we let our own requests cause. */
const QUEUE_TARGET = 60;
/**
 * The same on a path with a minimum under {@link SHORT_PATH} ms (one machine, one house), or under {@link NEAR_PATH} ms
 * that carries {@link FAST_RATE}. There the time is the browsers' own work and comes in bursts; 60 ms of it would leave
 * the sender idle between them (measured: a busy machine's loopback shows a minimum of 26 ms, and 60 ms held it at 0.8
 * of the rate that 150 ms gives).
 */
const QUEUE_TARGET_SHORT = 150;
const SHORT_PATH = 20;
const NEAR_PATH = 50;
/** Bytes per second: more than most uplinks outside a house or a data centre carry. */
const FAST_RATE = 5_000_000;
/** Ms over which a rate is sampled, and samples of which the best counts (BBR's max filter, RFC draft cardwell-iccrg-bbr). */
const SAMPLE_MS = 100;
const SAMPLES = 10;
/** Ms after which an old minimum of the response time is forgotten. */
const MINIMUM_LIFE = 60_000;

/**
 * How many bytes to have asked of one peer and not received: slow start until responses take longer than the path
 * explains, then rate x (1.25 x minimum response time + a short queue). A receiver-driven window keeps the bottleneck's
 * queue short, on which SCTP's congestion control would otherwise collapse (measured: 0.6 against 2.2 MB/s at 20 Mbit/s,
 * 50 ms).
 */
export class RequestWindow {
  /** Bytes. */
  bytes = MIN_WINDOW;
  #slowStart = true;
  #minimum = Number.POSITIVE_INFINITY;
  #nextMinimum = Number.POSITIVE_INFINITY;
  #minimumSince = 0;
  #response = 0;
  #sampleStart = -1;
  #sampleBytes = 0;
  readonly #rates = new Float64Array(SAMPLES);
  #samples = 0;

  /** A block of `bytes` arrived `response` ms after it was asked for. */
  received(bytes: number, response: number, now: number): void {
    this.#observe(response, now);
    this.#sample(bytes, now);
    const excess = this.#response - this.#minimum;
    if (this.#slowStart) {
      this.bytes += bytes;
      if (excess > this.#target) this.#slowStart = false;
    }
    if (!this.#slowStart && this.#samples > 0) this.bytes = this.#rate * (1.25 * this.#minimum + this.#target) * 0.001;
    this.bytes = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, this.bytes));
  }

  /** Requests went unanswered: begin anew. */
  reset(): void {
    this.bytes = MIN_WINDOW;
    this.#slowStart = true;
    this.#samples = 0;
    this.#sampleStart = -1;
    this.#rates.fill(0);
  }

  /** Ms in which a request of now should be answered; 0 before the first block. */
  get expected(): number {
    return this.#response;
  }

  /** Bytes per second; 0 while unknown. */
  get rate(): number {
    return this.#rate;
  }

  get #target(): number {
    const near = this.#minimum < SHORT_PATH || (this.#minimum < NEAR_PATH && this.#rate > FAST_RATE);
    return near ? QUEUE_TARGET_SHORT : QUEUE_TARGET;
  }

  get #rate(): number {
    let best = 0;
    for (const rate of this.#rates) if (rate > best) best = rate;
    return best;
  }

  #observe(response: number, now: number): void {
    this.#response = this.#response === 0 ? response : this.#response + (response - this.#response) / 8;
    this.#minimum = Math.min(this.#minimum, Math.max(1, response));
    this.#nextMinimum = Math.min(this.#nextMinimum, Math.max(1, response));
    if (now - this.#minimumSince < MINIMUM_LIFE) return;
    // Our own queue is part of later responses: let the minimum rise by a quarter at most, or the window would feed on itself.
    this.#minimum = Math.min(this.#nextMinimum, this.#minimum * 1.25);
    this.#nextMinimum = Number.POSITIVE_INFINITY;
    this.#minimumSince = now;
  }

  #sample(bytes: number, now: number): void {
    if (this.#sampleStart < 0) {
      this.#sampleStart = now;
      return;
    }
    this.#sampleBytes += bytes;
    const elapsed = now - this.#sampleStart;
    if (elapsed < SAMPLE_MS) return;
    this.#rates[this.#samples++ % SAMPLES] = (this.#sampleBytes / elapsed) * 1000;
    this.#sampleStart = now;
    this.#sampleBytes = 0;
  }
}
