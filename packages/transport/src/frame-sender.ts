import { type Priority, SendQueue } from "./send-queue.ts";
import type { Closed, OutgoingFrame } from "./transport.ts";

/** The sending side of an RTCDataChannel, or of its stand-in. */
export interface Channel {
  readonly readyState: RTCDataChannelState;
  readonly bufferedAmount: number;
  send(frame: Uint8Array<ArrayBuffer>): void;
}

interface SenderEvents {
  flushed(queuedBytes: number): void;
  /** Nothing more can be sent: the association ends. Called at most once, perhaps from within `send`. */
  failed(reason: Closed["reason"], detail: string): void;
}

/** Sends frames on a channel through a {@link SendQueue}, and ends the association when one cannot be sent. */
export class FrameSender {
  readonly #channel: Channel;
  readonly #events: SenderEvents;
  readonly #queue: SendQueue<OutgoingFrame>;
  /** Deferred frames are written here; the channel copies what it is given. */
  #scratch = new Uint8Array(0);
  #maxFrameBytes = 0;
  #stopped = false;
  #reportPending = false;

  constructor(channel: Channel, events: SenderEvents) {
    this.#channel = channel;
    this.#events = events;
    this.#queue = new SendQueue(channel, (frame) => this.#transmit(frame));
  }

  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  /** 0 until `open`. */
  get maxFrameBytes(): number {
    return this.#maxFrameBytes;
  }

  /** The channel is open and takes frames of up to `maxFrameBytes`: sends what was queued before. */
  open(maxFrameBytes: number): void {
    this.#maxFrameBytes = maxFrameBytes;
    this.drained();
  }

  send(frame: OutgoingFrame, priority: Priority): void {
    if (this.#stopped) return;
    if (!this.#queue.push(frame, priority)) this.#fail("overrun", "the send queue is full");
    else if (priority === "block") this.#reportSoon();
  }

  /** The channel's buffer fell to the low-water mark. */
  drained(): void {
    if (this.#stopped) return;
    this.#queue.pump();
    this.#reportSoon();
  }

  stop(): void {
    this.#stopped = true;
  }

  #transmit(frame: OutgoingFrame): void {
    if (this.#stopped) return;
    if (frame.byteLength > this.#maxFrameBytes) {
      this.#fail("frame-too-large", `${frame.byteLength} bytes to send, ${this.#maxFrameBytes} allowed`);
      return;
    }
    try {
      // A frame is never in shared memory, the only other thing that its type allows.
      this.#channel.send(this.#written(frame) as Uint8Array<ArrayBuffer>);
    } catch (error) {
      this.#fail("channel-error", String(error));
    }
  }

  #written(frame: OutgoingFrame): Uint8Array {
    if (frame instanceof Uint8Array) return frame;
    if (this.#scratch.length < frame.byteLength) this.#scratch = new Uint8Array(frame.byteLength);
    frame.write(this.#scratch);
    return this.#scratch.subarray(0, frame.byteLength);
  }

  #fail(reason: Closed["reason"], detail: string): void {
    this.#stopped = true;
    this.#events.failed(reason, detail);
  }

  /** One report for all frames sent in a turn, and never from within `send`. */
  #reportSoon(): void {
    if (this.#reportPending) return;
    this.#reportPending = true;
    queueMicrotask(() => {
      this.#reportPending = false;
      const queued = this.#stopped ? null : this.#queue.takeFlushed();
      if (queued !== null) this.#events.flushed(queued);
    });
  }
}
