import type { EventQueue } from "./event-queue.ts";

/** Bytes per second each way. `Infinity` is allowed. */
export interface NodeRates {
  readonly up: number;
  readonly down: number;
}

export interface Frame {
  readonly bytes: number;
  readonly priority: "control" | "block";
  /** Runs when the frame has come through the receiver's downlink. */
  readonly deliver: () => void;
}

/** Told which side's queue fell below the low-water mark, and what still waits. */
export type Flushed = (from: string, to: string, queuedBytes: number) => void;

/** What carries frames between nodes. */
export interface FrameNetwork {
  addNode(id: string, rates: NodeRates): void;
  linked(a: string, b: string): boolean;
  link(a: string, b: string, flushed: Flushed): void;
  /** Ends a link; what was queued or under way is lost. */
  unlink(a: string, b: string): void;
  /** Peers that a node has links with. */
  neighbours(id: string): string[];
  /** Bytes that wait for one direction of a link; 0 without one. */
  queued(from: string, to: string): number;
  /** Queues a frame; without a link it is lost. */
  send(from: string, to: string, frame: Frame): void;
}

interface NodeState {
  readonly rates: NodeRates;
  readonly links: LinkQueue[];
  sending: boolean;
  turn: number;
  downFreeAt: number;
}

/** Frames of one direction of one link, in the order control before block. */
interface LinkQueue {
  readonly to: string;
  control: Frame[];
  blocks: Frame[];
  queuedBytes: number;
  /** Reported once the queue falls below the low-water mark. */
  onFlushed: ((queuedBytes: number) => void) | null;
  open: boolean;
}

/** As the browser adapter: a queue that falls below this many bytes is reported. */
const LOW_WATER = 128 * 1024;

/**
 * A network of nodes with an uplink and a downlink rate each and one latency. A node's uplink serves its links in turn,
 * one frame each; frames of one link stay in order, control frames overtake queued blocks. No loss: the channels that
 * this stands for are reliable; what breaks is a whole link.
 */
export class Network implements FrameNetwork {
  readonly #events: EventQueue;
  readonly #latency: number;
  readonly #nodes = new Map<string, NodeState>();

  /** @param latency ms from the sender's uplink to the receiver's downlink. */
  constructor(events: EventQueue, latency: number) {
    this.#events = events;
    this.#latency = latency;
  }

  addNode(id: string, rates: NodeRates): void {
    this.#nodes.set(id, { rates, links: [], sending: false, turn: 0, downFreeAt: 0 });
  }

  linked(a: string, b: string): boolean {
    return this.#queue(a, b) !== undefined;
  }

  link(a: string, b: string, flushed: Flushed): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const onFlushed = (queuedBytes: number) => flushed(from, to, queuedBytes);
      this.#node(from).links.push({ to, control: [], blocks: [], queuedBytes: 0, onFlushed, open: true });
    }
  }

  unlink(a: string, b: string): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const links = this.#node(from).links;
      const index = links.findIndex((link) => link.to === to);
      const link = links[index];
      if (link === undefined) continue;
      link.open = false;
      links.splice(index, 1);
    }
  }

  neighbours(id: string): string[] {
    return this.#node(id).links.map((link) => link.to);
  }

  queued(from: string, to: string): number {
    return this.#queue(from, to)?.queuedBytes ?? 0;
  }

  send(from: string, to: string, frame: Frame): void {
    const queue = this.#queue(from, to);
    if (queue === undefined) return;
    (frame.priority === "control" ? queue.control : queue.blocks).push(frame);
    queue.queuedBytes += frame.bytes;
    this.#pump(this.#node(from));
  }

  #pump(node: NodeState): void {
    if (node.sending) return;
    const queue = this.#next(node);
    if (queue === undefined) return;
    const frame = queue.control.shift() ?? queue.blocks.shift();
    if (frame === undefined) return;
    node.sending = true;
    this.#events.after((frame.bytes / node.rates.up) * 1000, () => {
      node.sending = false;
      if (queue.open) this.#sent(queue, frame);
      this.#pump(node);
    });
  }

  #next(node: NodeState): LinkQueue | undefined {
    for (let i = 1; i <= node.links.length; i++) {
      const index = (node.turn + i) % node.links.length;
      const queue = node.links[index];
      if (queue !== undefined && queue.control.length + queue.blocks.length > 0) {
        node.turn = index;
        return queue;
      }
    }
    return undefined;
  }

  #sent(queue: LinkQueue, frame: Frame): void {
    queue.queuedBytes -= frame.bytes;
    const fell = queue.queuedBytes < LOW_WATER && frame.priority === "block";
    this.#events.after(this.#latency, () => this.#arrive(queue, frame));
    if (fell) queue.onFlushed?.(queue.queuedBytes);
  }

  #arrive(queue: LinkQueue, frame: Frame): void {
    if (!queue.open) return;
    const node = this.#node(queue.to);
    const start = Math.max(this.#events.now, node.downFreeAt);
    node.downFreeAt = start + (frame.bytes / node.rates.down) * 1000;
    this.#events.after(node.downFreeAt - this.#events.now, () => {
      if (queue.open) frame.deliver();
    });
  }

  #queue(from: string, to: string): LinkQueue | undefined {
    return this.#node(from).links.find((link) => link.to === to);
  }

  #node(id: string): NodeState {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }
}
