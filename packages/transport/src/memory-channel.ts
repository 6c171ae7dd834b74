import type { Channel } from "./frame-sender.ts";
import type { Schedule } from "./memory.ts";
import { BUFFER_LOW_WATER } from "./send-queue.ts";

/** Bytes that leave a channel's buffer in one turn of the event loop. */
const BYTES_PER_TURN = 256 * 1024;

/** A data channel's sending side; `deliver` hands a frame over at once. */
export class MemoryChannel implements Channel {
  readonly #schedule: Schedule;
  readonly #deliver: (frame: Uint8Array) => void;
  readonly #drained: () => void;
  #frames: Uint8Array[] = [];
  readyState: RTCDataChannelState = "connecting";
  bufferedAmount = 0;

  constructor(schedule: Schedule, deliver: (frame: Uint8Array) => void, drained: () => void) {
    this.#schedule = schedule;
    this.#deliver = deliver;
    this.#drained = drained;
  }

  send(frame: Uint8Array): void {
    // The caller may use its buffer again, as with a real channel.
    this.#frames.push(frame.slice());
    this.bufferedAmount += frame.byteLength;
    if (this.#frames.length === 1) this.#schedule(() => this.#drain());
  }

  #drain(): void {
    const above = this.bufferedAmount > BUFFER_LOW_WATER;
    let bytes = 0;
    while (this.readyState === "open" && bytes < BYTES_PER_TURN) {
      const frame = this.#frames.shift();
      if (frame === undefined) break;
      bytes += frame.byteLength;
      this.bufferedAmount -= frame.byteLength;
      this.#deliver(frame);
    }
    if (this.readyState !== "open") return;
    if (this.#frames.length > 0) this.#schedule(() => this.#drain());
    if (above && this.bufferedAmount <= BUFFER_LOW_WATER) this.#drained();
  }
}
