import type { EventQueue } from "../event-queue.ts";
import type { Flushed, Frame, FrameNetwork, NodeRates } from "../network.ts";
import type { Random } from "../random.ts";
import { Hop } from "./hop.ts";
import { SctpStream } from "./sctp-stream.ts";

/** As the browser adapter: bytes in a channel at most, and the mark at which it is filled up. */
const HIGH_WATER = 256 * 1024;
const LOW_WATER = 128 * 1024;

export interface PacketNetworkOptions {
  /** One-way, per hop, in ms: two hops lie between two nodes, so a round trip takes four times this. */
  readonly hopDelay: number;
  /** Part of the packets lost on each hop, 0 to 1. */
  readonly hopLoss: number;
  /** Longest queue of each hop, in ms. */
  readonly hopQueue: number;
}

interface Node {
  readonly up: Hop;
  readonly down: Hop;
  /** By neighbour: the link's own channel, and then those beside it. */
  readonly channels: Map<string, Channel[]>;
}

/** One direction of a link: a data channel and the queue before it, control before blocks. */
class Channel {
  readonly #stream: SctpStream;
  readonly #flushed: (queuedBytes: number) => void;
  readonly #control: Frame[] = [];
  readonly #blocks: Frame[] = [];
  #waiting = 0;
  #unreported = false;

  constructor(stream: SctpStream, flushed: (queuedBytes: number) => void) {
    this.#stream = stream;
    this.#flushed = flushed;
  }

  send(frame: Frame): void {
    (frame.priority === "control" ? this.#control : this.#blocks).push(frame);
    this.#waiting += frame.bytes;
    if (frame.priority === "block") this.#unreported = true;
    this.#fill();
    this.#report();
  }

  /** Bytes here and in the channel. */
  get queued(): number {
    return this.#waiting + this.#stream.buffered;
  }

  close(): void {
    this.#stream.open = false;
  }

  #fill(): void {
    for (;;) {
      const from = this.#control.length > 0 ? this.#control : this.#blocks;
      const frame = from[0];
      if (frame === undefined || !this.#accepts(frame)) return;
      from.shift();
      this.#waiting -= frame.bytes;
      this.#stream.send(
        frame.bytes,
        () => frame.deliver(),
        () => this.#drained(),
      );
    }
  }

  #accepts({ bytes }: Frame): boolean {
    const { buffered } = this.#stream;
    return buffered <= LOW_WATER || buffered + bytes <= HIGH_WATER;
  }

  #drained(): void {
    if (this.#stream.buffered > LOW_WATER) return;
    this.#fill();
    this.#report();
  }

  #report(): void {
    const { queued } = this;
    if (!this.#unreported || queued > LOW_WATER) return;
    this.#unreported = false;
    this.#flushed(queued);
  }
}

/**
 * A network of packets: each node has an uplink and a downlink with a queue, each link is an SCTP association over them.
 * It shows what congestion control makes of a sender's and a receiver's windows; {@link Network} is cheaper where that
 * does not matter.
 */
export class PacketNetwork implements FrameNetwork {
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #options: PacketNetworkOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #flushed = new Map<string, Flushed>();

  constructor(events: EventQueue, random: Random, options: PacketNetworkOptions) {
    this.#events = events;
    this.#random = random;
    this.#options = options;
  }

  addNode(id: string, { up, down }: NodeRates): void {
    const { hopDelay: delay, hopLoss: loss, hopQueue: queue } = this.#options;
    const hop = (rate: number) => new Hop(this.#events, { rate, delay, loss, queue }, this.#random.unit);
    this.#nodes.set(id, { up: hop(up), down: hop(down), channels: new Map() });
  }

  /** A node's lines, to look at their queues. */
  lines(id: string): { readonly up: Hop; readonly down: Hop } {
    return this.#node(id);
  }

  linked(a: string, b: string): boolean {
    return this.#node(a).channels.has(b);
  }

  link(a: string, b: string, flushed: Flushed): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.#node(from).channels.set(to, [this.#open(from, to, flushed)]);
      this.#flushed.set(`${from}/${to}`, flushed);
    }
  }

  /** Opens further associations for one direction of a link, up to so many; blocks take the one that holds least. */
  widen(from: string, to: string, count: number): void {
    const channels = this.#node(from).channels.get(to);
    const flushed = this.#flushed.get(`${from}/${to}`);
    if (channels === undefined || flushed === undefined) return;
    while (channels.length <= count) channels.push(this.#open(from, to, flushed));
    // What is under way in others still arrives.
    channels.length = Math.max(1, Math.min(channels.length, count + 1));
  }

  #open(from: string, to: string, flushed: Flushed): Channel {
    const stream = new SctpStream(this.#events, {
      forward: (bytes, arrive) => this.#carry(from, to, bytes, arrive),
      back: (bytes, arrive) => this.#carry(to, from, bytes, arrive),
    });
    // Never from within `send`.
    const report = () => this.#events.after(0, () => stream.open && flushed(from, to, this.queued(from, to)));
    return new Channel(stream, report);
  }

  unlink(a: string, b: string): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const { channels } = this.#node(from);
      for (const channel of channels.get(to) ?? []) channel.close();
      channels.delete(to);
    }
  }

  neighbours(id: string): string[] {
    return [...this.#node(id).channels.keys()];
  }

  queued(from: string, to: string): number {
    const channels = this.#nodes.get(from)?.channels.get(to) ?? [];
    return channels.reduce((sum, channel) => sum + channel.queued, 0);
  }

  send(from: string, to: string, frame: Frame): void {
    const [own, ...beside] = this.#node(from).channels.get(to) ?? [];
    let best = own;
    if (frame.priority === "block") for (const one of beside) if (best && one.queued < best.queued) best = one;
    best?.send(frame);
  }

  #carry(from: string, to: string, bytes: number, arrive: () => void): void {
    const { down } = this.#node(to);
    this.#node(from).up.send(bytes, () => down.send(bytes, arrive));
  }

  #node(id: string): Node {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }
}
