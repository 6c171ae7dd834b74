import type { Machine } from "@starling/protocol";
import { EventQueue } from "./event-queue.ts";
import { type FrameNetwork, Network, type NodeRates } from "./network.ts";
import { Random } from "./random.ts";
import { TraceHash } from "./trace-hash.ts";

/** What a host may do to the world while it performs its machine's effects. */
export interface World<Input> {
  readonly now: number;
  readonly random: Random;
  readonly network: FrameNetwork;
  readonly trace: TraceHash;
  /** Gives an input to a node's machine now; unknown or stopped nodes take none. */
  input(node: string, input: Input): void;
  /** Gives an input to a node's machine after `delay` ms. */
  inputAfter(delay: number, node: string, input: Input): void;
  /** Runs something after `delay` ms. */
  after(delay: number, run: () => void): void;
}

/** One node: its machine, and how its effects are performed. */
export interface Host<Input, Effect> {
  readonly id: string;
  readonly rates: NodeRates;
  readonly machine: Machine<Input, Effect>;
  perform(effect: Effect, world: World<Input>): void;
}

export interface SimulationOptions<Input> {
  readonly seed: number;
  /** One-way, in ms. */
  readonly latency: number;
  /** Given to every machine each `tickEvery` ms. */
  readonly tick: Input;
  readonly tickEvery: number;
  /** In place of a {@link Network} with `latency`. */
  readonly network?: (events: EventQueue, random: Random) => FrameNetwork;
}

/** Runs any population of machines over a {@link FrameNetwork} in virtual time. The same seed gives the same trace. */
export class Simulation<Input, Effect> implements World<Input> {
  readonly random: Random;
  readonly network: FrameNetwork;
  readonly trace = new TraceHash();
  readonly #events = new EventQueue();
  readonly #hosts = new Map<string, Host<Input, Effect>>();
  readonly #options: SimulationOptions<Input>;
  /** Inputs caused while an input is handled: a machine is never entered twice. */
  readonly #pending: (readonly [node: string, input: Input])[] = [];
  #handling = false;

  constructor(options: SimulationOptions<Input>) {
    this.#options = options;
    this.random = new Random(options.seed);
    this.network = options.network?.(this.#events, this.random) ?? new Network(this.#events, options.latency);
  }

  get now(): number {
    return this.#events.now;
  }

  add(host: Host<Input, Effect>): void {
    this.#hosts.set(host.id, host);
    this.network.addNode(host.id, host.rates);
    this.#tick(host, this.random.unit() * this.#options.tickEvery);
  }

  /** The node takes no more inputs; its links stay as they are. */
  stop(id: string): void {
    this.#hosts.delete(id);
  }

  running(id: string): boolean {
    return this.#hosts.has(id);
  }

  input(node: string, input: Input): void {
    this.#pending.push([node, input]);
    if (this.#handling) return;
    this.#handling = true;
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) this.#handle(...next);
    this.#handling = false;
  }

  inputAfter(delay: number, node: string, input: Input): void {
    this.after(delay, () => this.input(node, input));
  }

  after(delay: number, run: () => void): void {
    this.#events.after(delay, run);
  }

  /** Runs until `done` holds or `limit` ms of virtual time; returns whether it held. */
  run(limit: number, done: () => boolean): boolean {
    while (!done()) {
      if (!this.#events.step(limit)) {
        this.#events.advance(limit);
        return done();
      }
    }
    return true;
  }

  #handle(node: string, input: Input): void {
    const host = this.#hosts.get(node);
    if (host === undefined) return;
    this.trace.number(this.now);
    this.trace.text(node);
    for (const effect of host.machine.handle(input, this.now)) host.perform(effect, this);
  }

  #tick(host: Host<Input, Effect>, delay: number): void {
    this.after(delay, () => {
      if (this.#hosts.get(host.id) !== host) return;
      this.input(host.id, this.#options.tick);
      this.#tick(host, this.#options.tickEvery);
    });
  }
}
