/**
 * Most bytes handed to a channel ahead of the network. Enough to keep the association busy between two turns of the
 * event loop, small enough that a control frame waits for little and that choke or cancel can still drop most blocks.
 */
export const BUFFER_HIGH_WATER = 256 * 1024;

/** The channel is refilled when its buffer has drained to this many bytes. */
export const BUFFER_LOW_WATER = 128 * 1024;

/** Bytes that may wait in all. A sender that heeds `flushed` stays far below; the rest is a leak, and ends the link. */
export const QUEUE_LIMIT = 16 * 1024 * 1024;

/** What the queue must know of the channel that it fills. */
export interface ChannelState {
  readonly readyState: RTCDataChannelState;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
}

export type Priority = "control" | "block";

/** What the queue must know of a frame. */
interface Sized {
  readonly byteLength: number;
}

/** First in, first out; taking a frame costs O(1) amortised, because the taken part is cut off only now and then. */
class Fifo<Frame extends Sized> {
  #frames: Frame[] = [];
  #head = 0;

  push(frame: Frame): void {
    this.#frames.push(frame);
  }

  peek(): Frame | undefined {
    return this.#frames[this.#head];
  }

  skip(): void {
    this.#head += 1;
    if (this.#head < 32 || this.#head * 2 < this.#frames.length) return;
    this.#frames = this.#frames.slice(this.#head);
    this.#head = 0;
  }
}

/**
 * Frames on their way to one channel: control before blocks, blocks in their order, and never more than
 * {@link BUFFER_HIGH_WATER} bytes in the channel, so that the rest can still be overtaken.
 *
 * Invariant: a frame waits here only while the channel is not open or holds more than the low-water mark. So
 * the event of falling to that mark always comes for what waits.
 */
export class SendQueue<Frame extends Sized = Uint8Array> {
  readonly #channel: ChannelState;
  readonly #transmit: (frame: Frame) => void;
  readonly #control = new Fifo<Frame>();
  readonly #blocks = new Fifo<Frame>();
  #waitingBytes = 0;
  #blocksUnreported = false;

  constructor(channel: ChannelState, transmit: (frame: Frame) => void) {
    this.#channel = channel;
    this.#transmit = transmit;
  }

  /** Bytes here and in the channel. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.#channel.bufferedAmount;
  }

  /** Sends or queues one frame; false when more than {@link QUEUE_LIMIT} bytes would wait, and the frame is dropped. */
  push(frame: Frame, priority: Priority): boolean {
    if (priority === "block") this.#blocksUnreported = true;
    if (this.#waitingBytes === 0 && this.#accepts(frame)) {
      this.#transmit(frame);
      return true;
    }
    if (this.#waitingBytes + frame.byteLength > QUEUE_LIMIT) return false;
    this.#waitingBytes += frame.byteLength;
    (priority === "control" ? this.#control : this.#blocks).push(frame);
    // A control frame may be small enough for the room that the waiting block did not fit in.
    if (priority === "control") this.pump();
    return true;
  }

  /** Fills the channel as far as it may be filled. To be called when it opens and when it has drained. */
  pump(): void {
    for (;;) {
      const control = this.#control.peek();
      const frame = control ?? this.#blocks.peek();
      if (frame === undefined || !this.#accepts(frame)) return;
      (control === undefined ? this.#blocks : this.#control).skip();
      this.#waitingBytes -= frame.byteLength;
      this.#transmit(frame);
    }
  }

  /**
   * The bytes still queued, once, when blocks were pushed since the last report and no more than
   * {@link BUFFER_LOW_WATER} bytes wait; else null. So every push of blocks is answered by a report sooner or later.
   */
  takeFlushed(): number | null {
    if (!this.#blocksUnreported || this.#channel.readyState !== "open") return null;
    const queued = this.queuedBytes;
    if (queued > BUFFER_LOW_WATER) return null;
    this.#blocksUnreported = false;
    return queued;
  }

  /** A nearly empty channel takes any frame: one larger than the room left could otherwise wait for ever. */
  #accepts(frame: Sized): boolean {
    if (this.#channel.readyState !== "open") return false;
    const buffered = this.#channel.bufferedAmount;
    return buffered <= BUFFER_LOW_WATER || buffered + frame.byteLength <= BUFFER_HIGH_WATER;
  }
}
