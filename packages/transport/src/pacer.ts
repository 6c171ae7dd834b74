/** Messages kept for later; more than a client ever has reason to send in the time that they would take. */
const QUEUE_LIMIT = 256;

/** Lets a burst through at once and the rest at a steady rate, in order (a token bucket). */
export class Pacer<Message> {
  readonly #send: (message: Message) => void;
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #refilledAt = performance.now();
  #waiting: Message[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (message: Message) => void, burst: number, perSecond: number) {
    this.#send = send;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
  }

  /** False when too much waits already: the message is dropped. */
  push(message: Message): boolean {
    if (this.#waiting.length >= QUEUE_LIMIT) return false;
    this.#waiting.push(message);
    if (this.#timer === undefined) this.#drain();
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #drain(): void {
    this.#timer = undefined;
    this.#refill();
    while (this.#tokens >= 1) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.#tokens -= 1;
      this.#send(message);
    }
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#drain(), Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000));
  }

  #refill(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#refilledAt) / 1000) * this.#perSecond);
    this.#refilledAt = now;
  }
}
