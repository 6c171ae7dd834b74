import { vi } from "vitest";
import type { Association, Closed, Description, Transport } from "../src/index.ts";

type Event = "description" | "candidate" | "open" | "frame" | "flushed" | "closed";

/** One association with everything that it reported, in order. */
export class End {
  readonly association: Association;
  readonly log: Event[] = [];
  readonly descriptions: Description[] = [];
  readonly frames: Uint8Array[] = [];
  readonly flushes: number[] = [];
  closed: Closed | null = null;
  other: End | null = null;
  onOpen = () => {};
  onFlushed = () => {};

  constructor(transport: Transport, initiator: boolean) {
    this.association = transport.create(
      { initiator, iceServers: [] },
      {
        description: (description) => {
          this.log.push("description");
          this.descriptions.push(description);
          this.other?.association.describe(structuredClone(description));
        },
        candidate: (candidate) => {
          this.log.push("candidate");
          this.other?.association.addCandidate(JSON.parse(JSON.stringify(candidate)));
        },
        open: () => {
          this.log.push("open");
          this.onOpen();
        },
        frame: (frame) => {
          this.log.push("frame");
          this.frames.push(frame);
        },
        flushed: (queuedBytes) => {
          this.log.push("flushed");
          this.flushes.push(queuedBytes);
          this.onFlushed();
        },
        closed: (closed) => {
          this.log.push("closed");
          this.closed = closed;
        },
      },
    );
  }

  count(event: Event): number {
    return this.log.filter((entry) => entry === event).length;
  }

  async opened(): Promise<void> {
    await eventually(() => this.log.includes("open"));
  }

  async ended(): Promise<Closed> {
    await eventually(() => this.closed !== null);
    return this.closed!;
  }

  async received(frames: number): Promise<void> {
    await eventually(() => this.frames.length >= frames);
  }
}

/** Two ends that carry each other's descriptions and candidates; not open yet. */
export function wire(a: End, b: End): void {
  a.other = b;
  b.other = a;
}

export function createPair(transport: Transport): readonly [End, End] {
  const pair = [new End(transport, true), new End(transport, false)] as const;
  wire(...pair);
  return pair;
}

export async function openPair(transport: Transport): Promise<readonly [End, End]> {
  const pair = createPair(transport);
  await Promise.all(pair.map((end) => end.opened()));
  return pair;
}

export async function eventually(condition: () => boolean, timeout = 10_000): Promise<void> {
  await vi.waitUntil(condition, { timeout, interval: 5 });
}

/** Long enough for anything that is still under way in one program to arrive. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150));
}

/** `size` bytes that start with `number` and differ from those of other numbers. */
export function numbered(number: number, size: number): Uint8Array {
  const frame = new Uint8Array(size).fill(number * 31);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

export function numberOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0);
}
