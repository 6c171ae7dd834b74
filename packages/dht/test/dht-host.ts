import { type KnownNode, type NodeId, OVERLAY_HEADER_BYTES, type OverlayFrame } from "@starling/protocol";
import { type DialCosts, type OverlayPort, OverlayWorld, Random } from "@starling/sim";
import { closest, Dht, type DhtEffect, type DhtInput, type DhtResult } from "../src/index.ts";
import { drawNode, drawnSignature, isDrawnSignature, sortedByDistance } from "./drawn-node.ts";
import { MachineHost } from "./machine-host.ts";

const EPOCH = 1_800_000_000_000;

type Result = Extract<DhtEffect, { type: "result" }>;

/** A node of a simulated overlay: the real machine, its effects performed by the world. */
export class DhtHost extends MachineHost {
  readonly node: KnownNode;
  readonly machine: Dht;
  readonly results: Result[] = [];
  readonly messages: Extract<DhtEffect, { type: "message" }>[] = [];
  readonly carriedTo: { from: NodeId; body: Uint8Array }[] = [];
  readonly uncarriedTo: NodeId[] = [];
  readonly dropped: { peer: NodeId; reason: string; ban: boolean }[] = [];
  /** Links wanted now, and most of them at once. */
  readonly wants = new Set<NodeId>();
  maxWants = 0;
  /** Times at which a link was wanted that did not stand. */
  readonly dials: number[] = [];
  readonly needs: boolean[] = [];
  asked = 0;
  saved = 0;
  maxLinks = 0;
  /** Frames that this node swallows instead of handling. */
  swallow: (frame: OverlayFrame) => boolean = () => false;
  #port: OverlayPort<OverlayFrame> | null = null;
  readonly #overlay: SimulatedOverlay;
  #ops = 0;

  constructor(overlay: SimulatedOverlay, random: Random, capable = true) {
    super();
    this.#overlay = overlay;
    this.node = drawNode(random);
    this.machine = new Dht({ self: this.node, random: (length) => random.bytes(length), capable });
  }

  get id(): NodeId {
    return this.node.id;
  }

  get port(): OverlayPort<OverlayFrame> {
    if (this.#port === null) throw new Error("not started");
    return this.#port;
  }

  start(port: OverlayPort<OverlayFrame>): void {
    this.#port = port;
    this.input({ type: "clock", wallMs: EPOCH + port.now, serverMs: null });
  }

  input(input: DhtInput): void {
    for (const effect of this.machine.handle(input, this.port.now)) this.#perform(effect);
  }

  /** Gives the machine a user's command and runs the world until it ended. */
  do(make: (op: number) => DhtInput, limitMs = 20_000): Result {
    const op = ++this.#ops;
    const { world } = this.#overlay;
    world.enter(this.id, () => this.input(make(op)));
    const ended = () => this.results.find((result) => result.op === op);
    world.run(world.now + limitMs, () => ended() !== undefined);
    const result = ended();
    if (result === undefined) throw new Error("the operation did not end");
    return result;
  }

  receive(peer: string, frame: OverlayFrame): void {
    if (!this.swallow(frame)) this.input({ type: "frame", peer: peer as NodeId, frame });
  }

  linkUp(peer: string, dialled: boolean): void {
    const publicKey = this.#overlay.keyOf(peer);
    this.input({ type: "link-up", peer: peer as NodeId, publicKey, dialled });
    this.maxLinks = Math.max(this.maxLinks, this.port.links().length);
  }

  #perform(effect: DhtEffect): void {
    const { port } = this;
    switch (effect.type) {
      case "send":
        return port.send(effect.peer, effect.frame, OVERLAY_HEADER_BYTES + effect.frame.body.length);
      case "want-link":
        this.wants.add(effect.peer);
        this.maxWants = Math.max(this.maxWants, this.wants.size);
        if (!port.links().includes(effect.peer)) this.dials.push(port.now);
        return port.want(effect.peer, effect.importance === "optional");
      case "release-link":
        this.wants.delete(effect.peer);
        return port.release(effect.peer);
      case "drop":
        this.dropped.push(effect);
        return port.drop(effect.peer, effect.ban);
      case "ask-server":
        this.asked++;
        return port.askServer(effect.near);
      case "server-needed":
        this.needs.push(effect.needed);
        return port.serverNeeded(effect.needed);
      case "carried":
        this.carriedTo.push(effect);
        return port.carried(effect.from, effect.body);
      case "uncarried":
        this.uncarriedTo.push(effect.to);
        return port.uncarried(effect.to);
      default:
        return this.#report(effect);
    }
  }

  #report(effect: DhtEffect): void {
    switch (effect.type) {
      case "sign":
        return this.input({
          type: "signed",
          token: effect.token,
          signature: drawnSignature(this.node.publicKey, effect.payload),
        });
      case "verify":
        return this.input({
          type: "verified",
          token: effect.token,
          ok: isDrawnSignature(effect.publicKey, effect.payload, effect.signature),
        });
      case "save-contacts":
        this.saved++;
        return;
      case "result":
        this.results.push(effect);
        return;
      case "message":
        this.messages.push(effect);
        return;
    }
  }
}

/** A world of machines with everything real but keys, network and time. */
export class SimulatedOverlay {
  readonly world: OverlayWorld<OverlayFrame>;
  readonly hosts: DhtHost[] = [];
  readonly #keys = new Map<string, Uint8Array>();
  readonly #random: Random;

  /** @param costs dials always succeed unless told otherwise, so that the oracle's nearest can be linked. */
  constructor(seed: number, costs: Partial<DialCosts> = { pairFailure: 0, attemptFailure: 0 }) {
    this.world = new OverlayWorld<OverlayFrame>({ seed, tickMs: 250, costs });
    this.#random = new Random(seed + 1);
  }

  keyOf(id: string): Uint8Array {
    const key = this.#keys.get(id);
    if (key === undefined) throw new Error("an unknown node linked");
    return key;
  }

  add(capable = true): DhtHost {
    const host = new DhtHost(this, new Random(this.#random.u32()), capable);
    this.#keys.set(host.id, host.node.publicKey);
    this.hosts.push(host);
    this.world.add(host);
    return host;
  }

  /** Adds nodes one after another. */
  grow(count: number, everyMs: number): DhtHost[] {
    return Array.from({ length: count }, () => {
      const host = this.add();
      this.run(everyMs);
      return host;
    });
  }

  remove(host: DhtHost, how: "leave" | "closed" | "silent"): void {
    this.world.remove(host.id, how);
    this.hosts.splice(this.hosts.indexOf(host), 1);
  }

  run(ms: number): void {
    this.world.run(this.world.now + ms);
  }

  /** All full nodes. */
  full(): NodeId[] {
    return this.hosts.filter(({ machine }) => machine.full).map(({ id }) => id);
  }

  /** Full nodes in truth nearest a key. */
  trueNearest(key: string, count: number): NodeId[] {
    return sortedByDistance(key, this.full()).slice(0, count);
  }

  /** Share of nodes whose linked siblings are the true nearest. */
  siblingsRight(): number {
    const full = this.full();
    const right = this.hosts.filter(({ machine, id }) => {
      const nearest = closest(
        id,
        full.filter((each) => each !== id),
        8,
        (each) => each,
      );
      return machine.siblings.join() === nearest.join();
    });
    return right.length / this.hosts.length;
  }
}

export function nearestOf(result: Result): readonly NodeId[] {
  const found: DhtResult | null = result.ok ? result.result : null;
  return found?.type === "nearest" ? found.nodes : [];
}
