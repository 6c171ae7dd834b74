import type { NodeId } from "@starling/protocol";
import { FluidWorld, type NodeRates, Random } from "@starling/sim";
import type { SwarmLimits } from "../src/index.ts";
import type { BlankShare } from "./blank-share.ts";
import { type Conduct, FluidSwarmHost, type Surroundings, type Wire } from "./fluid-host.ts";

export interface FluidSwarmOptions {
  readonly seed: number;
  readonly share: BlankShare;
  /** Virtual ms of a step; one way of a path takes as long. */
  readonly stepMs?: number;
  /** Ms that a downloader stays after completion; forever unless given. */
  readonly lingerMs?: number;
  readonly limits?: Partial<SwarmLimits>;
}

export interface Member {
  readonly rates: NodeRates;
  readonly conduct?: Conduct;
}

/** How many peers whoever asks is told of, at random. */
const TOLD = 40;
const DIAL_MS = 200;
const REDIAL_MS = 1000;
const COMES_BACK_MS = 25_000;

/** A swarm of real machines in a fluid world: who is in it, who is told of whom, who comes and goes. */
export class FluidSwarm implements Surroundings {
  readonly world: Wire;
  readonly share: BlankShare;
  readonly random: Random;
  /** Everybody who ever was in it. */
  readonly seeds: FluidSwarmHost[] = [];
  readonly peers: FluidSwarmHost[] = [];
  readonly #options: FluidSwarmOptions;
  readonly #present = new Map<NodeId, FluidSwarmHost>();
  #made = 0;
  #expected = 0;
  #complete = 0;

  constructor(options: FluidSwarmOptions) {
    const stepMs = options.stepMs ?? 50;
    this.#options = options;
    this.share = options.share;
    this.random = new Random(options.seed);
    this.world = new FluidWorld({ stepMs, latency: stepMs, tickEvery: 500 });
  }

  addSeed(rates: NodeRates): FluidSwarmHost {
    const host = this.#enter({ rates }, true);
    this.seeds.push(host);
    return host;
  }

  /** Somebody who is there and counts for nothing. */
  addBystander(): FluidSwarmHost {
    return this.#enter({ rates: { up: 1, down: 1 }, conduct: "free-rider" }, false);
  }

  /** A downloader that comes at a time (virtual ms). */
  addPeer(member: Member, at = 0): void {
    this.#expected++;
    this.world.after(at - this.world.now, () => {
      const host = this.#enter(member, false);
      this.peers.push(host);
      if (member.conduct === "greedy") this.#comeBack(host);
    });
  }

  remove(host: FluidSwarmHost): void {
    this.#present.delete(host.id);
    this.world.remove(host.id);
  }

  /** Until all are complete, or the time (virtual ms) is up; returns whether all are. */
  run(limit: number): boolean {
    return this.world.run(limit, () => this.#complete === this.#expected);
  }

  /** Until all peers of a conduct are complete, or the time (virtual ms) is up; returns whether they are. */
  runUntilComplete(conduct: Conduct, limit: number): boolean {
    const done = () => this.peers.every((host) => host.conduct !== conduct || !Number.isNaN(host.completedAt));
    return this.world.run(limit, () => this.peers.length === this.#expected && done());
  }

  providers(asking: FluidSwarmHost): readonly NodeId[] {
    const others = [...this.#present.keys()].filter((id) => id !== asking.id);
    if (asking.conduct === "greedy") return others;
    const told: NodeId[] = [];
    while (told.length < TOLD && others.length > 0) {
      const [id] = others.splice(this.random.below(others.length), 1);
      if (id !== undefined) told.push(id);
    }
    return told;
  }

  dial(from: NodeId, to: NodeId, again = false): void {
    this.world.after(again ? REDIAL_MS : DIAL_MS, () => {
      if (this.#present.get(from)?.wants.has(to)) this.world.link(from, to);
    });
  }

  release(a: NodeId, b: NodeId): void {
    this.world.after(0, () => {
      const wanted = (from: NodeId, to: NodeId) => this.#present.get(from)?.wants.has(to) ?? false;
      if (!wanted(a, b) && !wanted(b, a)) this.world.unlink(a, b);
    });
  }

  completed(host: FluidSwarmHost): void {
    this.#complete++;
    const linger = this.#options.lingerMs ?? Number.POSITIVE_INFINITY;
    if (host.conduct !== "contributor") this.world.after(0, () => this.remove(host));
    else if (Number.isFinite(linger)) this.world.after(linger, () => this.remove(host));
  }

  #enter(member: Member, seed: boolean): FluidSwarmHost {
    const { limits } = this.#options;
    const options = { number: this.#made++, seed, ...member, ...(limits ? { limits } : {}) };
    const host = new FluidSwarmHost(this, options, new Random(this.random.u32()));
    this.#present.set(host.id, host);
    this.world.add(host);
    host.start();
    return host;
  }

  #comeBack(host: FluidSwarmHost): void {
    this.world.after(COMES_BACK_MS, () => {
      if (!this.#present.has(host.id)) return;
      for (const peer of this.#present.keys()) {
        if (!this.world.linked(host.id, peer)) continue;
        this.world.unlink(host.id, peer);
        this.dial(host.id, peer);
      }
      this.#comeBack(host);
    });
  }
}
