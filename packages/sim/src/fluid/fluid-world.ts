import type { NodeRates } from "../network.ts";
import { allot, type Flow, type FlowEnd } from "./flows.ts";

/** One node as its world drives it. The world never enters a host that is being entered. */
export interface FluidHost<Message, Block> {
  readonly id: string;
  /** Bytes per second. */
  readonly rates: NodeRates;
  linkUp(peer: string): void;
  linkDown(peer: string): void;
  receive(from: string, message: Message): void;
  block(from: string, block: Block): void;
  /** The queue towards a peer fell below the low-water mark. */
  flushed(to: string, queuedBytes: number): void;
  tick(): void;
}

export interface FluidOptions {
  /** Virtual ms of one step: the grain of everything. */
  readonly stepMs: number;
  /** One way, in ms; at least one step. */
  readonly latency: number;
  readonly tickEvery: number;
}

interface Node<Message, Block> extends FlowEnd {
  readonly host: FluidHost<Message, Block>;
  readonly pipes: Map<string, Pipe<Message, Block>>;
  nextTick: number;
}

/** One direction of a link. */
interface Pipe<Message, Block> extends Flow {
  readonly from: Node<Message, Block>;
  readonly to: Node<Message, Block>;
  readonly blocks: { left: number; readonly block: Block }[];
  open: boolean;
}

/** As the browser adapter: a queue that falls below this many bytes is reported. */
const LOW_WATER = 128 * 1024;

/**
 * Nodes whose blocks are fluids: in each step the bytes that wait flow at rates that share uplinks and downlinks fairly,
 * and a block arrives when its last byte has. Messages take the latency and no bandwidth. The cost of a step grows with
 * the flows, not with packets, so hundreds of real machines can be run for many minutes.
 */
export class FluidWorld<Message, Block> {
  readonly #options: FluidOptions;
  readonly #nodes = new Map<string, Node<Message, Block>>();
  readonly #busy = new Set<Pipe<Message, Block>>();
  /** What happens in the coming steps, by step modulo the length. */
  readonly #calendar = new Map<number, (() => void)[]>();
  #step = 0;

  constructor(options: FluidOptions) {
    this.#options = options;
  }

  /** Virtual ms. */
  get now(): number {
    return this.#step * this.#options.stepMs;
  }

  add(host: FluidHost<Message, Block>): void {
    const perStep = this.#options.stepMs / 1000;
    const { up, down } = host.rates;
    // Ticks of different nodes fall into different steps.
    const offset = (this.#nodes.size * this.#options.stepMs) % this.#options.tickEvery;
    const nextTick = this.now + offset;
    this.#nodes.set(host.id, { host, pipes: new Map(), up: up * perStep, down: down * perStep, nextTick });
  }

  /** The node is gone at once, and its links with it. */
  remove(id: string): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    for (const peer of [...node.pipes.keys()]) this.unlink(id, peer);
    this.#nodes.delete(id);
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  linked(a: string, b: string): boolean {
    return this.#nodes.get(a)?.pipes.has(b) ?? false;
  }

  /** Links two nodes and tells both. Not from within a host: use {@link after}. */
  link(a: string, b: string): void {
    const [from, to] = [this.#nodes.get(a), this.#nodes.get(b)];
    if (from === undefined || to === undefined || from.pipes.has(b)) return;
    from.pipes.set(b, { from, to, blocks: [], queued: 0, granted: 0, open: true });
    to.pipes.set(a, { from: to, to: from, blocks: [], queued: 0, granted: 0, open: true });
    from.host.linkUp(b);
    to.host.linkUp(a);
  }

  /** Ends a link and tells both; what was under way is lost. Not from within a host. */
  unlink(a: string, b: string): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const node = this.#nodes.get(one);
      const pipe = node?.pipes.get(other);
      if (node === undefined || pipe === undefined) continue;
      pipe.open = false;
      this.#busy.delete(pipe);
      node.pipes.delete(other);
      node.host.linkDown(other);
    }
  }

  send(from: string, to: string, message: Message): void {
    const pipe = this.#nodes.get(from)?.pipes.get(to);
    if (pipe === undefined) return;
    this.after(this.#options.latency, () => {
      if (pipe.open) pipe.to.host.receive(from, message);
    });
  }

  sendBlock(from: string, to: string, bytes: number, block: Block): void {
    const pipe = this.#nodes.get(from)?.pipes.get(to);
    if (pipe === undefined) return;
    pipe.blocks.push({ left: bytes, block });
    pipe.queued += bytes;
    this.#busy.add(pipe);
  }

  /** Runs something after `delay` ms, in the next step at the soonest. */
  after(delay: number, run: () => void): void {
    const at = this.#step + Math.max(1, Math.round(delay / this.#options.stepMs));
    const due = this.#calendar.get(at);
    if (due === undefined) this.#calendar.set(at, [run]);
    else due.push(run);
  }

  /** Runs until `done` holds or `limit` ms of virtual time; returns whether it held. */
  run(limit: number, done: () => boolean): boolean {
    while (this.now < limit) {
      if (done()) return true;
      this.#advance();
    }
    return done();
  }

  #advance(): void {
    this.#step++;
    const due = this.#calendar.get(this.#step) ?? [];
    this.#calendar.delete(this.#step);
    for (const run of due) run();
    for (const node of this.#nodes.values()) {
      if (node.nextTick > this.now) continue;
      node.nextTick += this.#options.tickEvery;
      node.host.tick();
    }
    const flows = [...this.#busy];
    allot(flows);
    for (const pipe of flows) this.#move(pipe);
  }

  #move(pipe: Pipe<Message, Block>): void {
    let granted = pipe.granted;
    const before = pipe.queued;
    pipe.queued -= granted;
    for (let head = pipe.blocks[0]; head !== undefined; head = pipe.blocks[0]) {
      // What rounding leaves of a block is not worth a step.
      if (head.left > granted + 1e-6) {
        head.left -= granted;
        break;
      }
      granted -= head.left;
      pipe.blocks.shift();
      this.#arrive(pipe, head.block);
    }
    if (pipe.blocks.length === 0) {
      pipe.queued = 0;
      this.#busy.delete(pipe);
    }
    if (before > pipe.queued && pipe.queued < LOW_WATER) pipe.from.host.flushed(pipe.to.host.id, pipe.queued);
  }

  #arrive(pipe: Pipe<Message, Block>, block: Block): void {
    this.after(this.#options.latency, () => {
      if (pipe.open) pipe.to.host.block(pipe.from.host.id, block);
    });
  }
}
