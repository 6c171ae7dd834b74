import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUFFER_HIGH_WATER, BUFFER_LOW_WATER, QUEUE_LIMIT, SendQueue } from "../src/index.ts";
import { numbered, numberOf } from "./pair.ts";

const KIB = 1024;

/** A channel whose buffer empties when told to. */
function createQueue(readyState: RTCDataChannelState = "open") {
  const channel = { readyState, bufferedAmount: 0, peak: 0 };
  const sent: Uint8Array[] = [];
  const queue = new SendQueue(channel, (frame) => {
    sent.push(frame);
    channel.bufferedAmount += frame.byteLength;
    channel.peak = Math.max(channel.peak, channel.bufferedAmount);
  });
  return { channel, queue, sent };
}

describe("SendQueue", () => {
  it("hands frames over at once while there is room", () => {
    const { queue, sent } = createQueue();
    for (let i = 0; i < 4; i++) queue.push(numbered(i, 64 * KIB), "block");
    expect(sent.map(numberOf)).toEqual([0, 1, 2, 3]);
    queue.push(numbered(4, 64 * KIB), "block");
    expect(sent.length).toBe(4);
    expect(queue.queuedBytes).toBe(5 * 64 * KIB);
  });

  it("sends control frames before blocks that wait, even into room too small for a block", () => {
    const { queue, sent } = createQueue();
    queue.push(numbered(0, 250 * KIB), "block");
    queue.push(numbered(1, 64 * KIB), "block");
    queue.push(numbered(2, 4 * KIB), "control");
    expect(sent.map(numberOf)).toEqual([0, 2]);
  });

  it("never sends a control frame before an earlier one", () => {
    const { channel, queue, sent } = createQueue();
    queue.push(numbered(0, 250 * KIB), "block");
    queue.push(numbered(1, 16 * KIB), "control");
    queue.push(numbered(2, KIB), "control");
    channel.bufferedAmount = 0;
    queue.pump();
    expect(sent.map(numberOf)).toEqual([0, 1, 2]);
  });

  it("sends a frame larger than the room above the low-water mark once the buffer is low", () => {
    const { channel, queue, sent } = createQueue();
    queue.push(numbered(0, 200 * KIB), "block");
    queue.push(numbered(1, 200 * KIB), "block");
    expect(sent.length).toBe(1);
    channel.bufferedAmount = BUFFER_LOW_WATER;
    queue.pump();
    expect(sent.length).toBe(2);
  });

  it("keeps everything until the channel is open", () => {
    const { channel, queue, sent } = createQueue("connecting");
    queue.push(numbered(0, 100), "block");
    queue.push(numbered(1, 100), "control");
    expect(sent).toEqual([]);
    expect(queue.takeFlushed()).toBe(null);
    channel.readyState = "open";
    queue.pump();
    expect(sent.map(numberOf)).toEqual([1, 0]);
  });

  it("refuses what would exceed its limit", () => {
    const { queue } = createQueue("connecting");
    const megabyte = new Uint8Array(1024 * KIB);
    for (let i = 0; i < QUEUE_LIMIT / megabyte.length; i++) expect(queue.push(megabyte, "block")).toBe(true);
    expect(queue.push(Uint8Array.of(1), "control")).toBe(false);
  });

  it("reports a flush once for the blocks pushed since the last, never above the low-water mark", () => {
    const { channel, queue } = createQueue();
    queue.push(new Uint8Array(BUFFER_LOW_WATER + 1), "block");
    expect(queue.takeFlushed()).toBe(null);
    channel.bufferedAmount = 1000;
    expect(queue.takeFlushed()).toBe(1000);
    expect(queue.takeFlushed()).toBe(null);
    queue.push(new Uint8Array(10), "control");
    expect(queue.takeFlushed()).toBe(null);
    queue.push(new Uint8Array(10), "block");
    expect(queue.takeFlushed()).toBe(1020);
  });

  it("sends every frame once, each kind in order, within the bound, whatever the channel does", () => {
    const push = fc.record({ size: fc.integer({ min: 4, max: 128 * KIB }), kind: fc.constantFrom(0, 1) });
    const drain = fc.record({ left: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(fc.property(fc.array(fc.oneof(push, drain), { maxLength: 100 }), checkRun), { numRuns: 60 });
  });
});

/** `kind`: 0 control, 1 block. `left`: the share of its buffer that the channel has not yet sent. */
type Step = { size: number; kind: number } | { left: number };

function checkRun(steps: readonly Step[]): void {
  const { channel, queue, sent } = createQueue();
  const pushed: Uint8Array[] = [];
  for (const step of steps) {
    if ("left" in step) {
      drainTo(Math.floor(channel.bufferedAmount * step.left), channel, queue);
    } else {
      pushed.push(numbered(pushed.length * 2 + step.kind, step.size));
      queue.push(pushed.at(-1)!, step.kind === 0 ? "control" : "block");
    }
    // Else nothing would ever call for the rest.
    expect(pushed.length === sent.length || channel.bufferedAmount > BUFFER_LOW_WATER).toBe(true);
  }
  while (channel.bufferedAmount > 0) drainTo(0, channel, queue);
  for (const kind of [0, 1]) expect(ofKind(sent, kind)).toEqual(ofKind(pushed, kind));
  expect(channel.peak).toBeLessThanOrEqual(BUFFER_HIGH_WATER);
  expect(queue.queuedBytes).toBe(0);
}

/** As a channel does: only a fall to the mark is an event. */
function drainTo(left: number, channel: { bufferedAmount: number }, queue: SendQueue): void {
  const falls = channel.bufferedAmount > BUFFER_LOW_WATER && left <= BUFFER_LOW_WATER;
  channel.bufferedAmount = left;
  if (falls) queue.pump();
}

/** Numbers of the frames whose number is of this parity, in their order. */
function ofKind(frames: readonly Uint8Array[], parity: number): number[] {
  return frames.map(numberOf).filter((number) => number % 2 === parity);
}
