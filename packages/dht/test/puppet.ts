import {
  decodeHopBody,
  encodeHopBody,
  type HopMessage,
  type KnownNode,
  type NodeId,
  OVERLAY,
  type OverlayFrame,
  toHex,
} from "@starling/protocol";
import { Random } from "@starling/sim";
import { Dht, type DhtEffect, type DhtInput } from "../src/index.ts";
import { drawNode } from "./drawn-node.ts";

type Effect<T extends DhtEffect["type"]> = Extract<DhtEffect, { type: T }>;

/** One machine whose neighbours are played by the test. */
export class Puppet {
  readonly random: Random;
  readonly self: KnownNode;
  readonly machine: Dht;
  readonly effects: DhtEffect[] = [];
  now = 1_000;

  constructor(seed = 1) {
    this.random = new Random(seed);
    this.self = drawNode(this.random);
    this.machine = new Dht({ self: this.self, random: (length) => this.random.bytes(length) });
    this.input({ type: "clock", wallMs: 1_800_000_000_000, serverMs: null });
  }

  input(input: DhtInput): readonly DhtEffect[] {
    const effects = this.machine.handle(input, this.now);
    this.effects.push(...effects);
    return effects;
  }

  /** Lets time pass, ticking as a visible page does. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + 250);
      this.input({ type: "tick" });
    }
  }

  /** As {@link pass}, with neighbours that answer their pings. */
  live(ms: number, silent: ReadonlySet<NodeId> = new Set()): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.pass(Math.min(1_000, end - this.now));
      this.answerPings(silent);
    }
  }

  /** Links a new or given neighbour, and lets it say that it is full. */
  link(node: KnownNode = drawNode(this.random), mode: "full" | "leaf" = "full", dialled = false): KnownNode {
    this.input({ type: "link-up", peer: node.id, publicKey: node.publicKey, dialled });
    this.tell(node.id, { type: "state", mode, visibility: "visible", links: 1, time: 1_800_000_000_000 });
    return node;
  }

  tell(peer: NodeId, message: HopMessage, id = toHex(this.random.bytes(8))): readonly DhtEffect[] {
    return this.frame(peer, { type: OVERLAY[message.type], id, body: encodeHopBody(message) });
  }

  frame(peer: NodeId, frame: Partial<OverlayFrame>): readonly DhtEffect[] {
    const id = toHex(this.random.bytes(8));
    const whole = {
      type: 0,
      flags: 0,
      ttl: 16,
      id,
      target: this.self.id,
      source: peer,
      body: new Uint8Array(0),
      ...frame,
    };
    return this.input({ type: "frame", peer, frame: whole });
  }

  of<T extends DhtEffect["type"]>(type: T): Effect<T>[] {
    return this.effects.filter((effect): effect is Effect<T> => effect.type === type);
  }

  /** Frames of one type that were sent to a neighbour. */
  sent(type: keyof typeof OVERLAY, peer?: NodeId): Effect<"send">[] {
    return this.of("send").filter(
      (effect) => effect.frame.type === OVERLAY[type] && (peer === undefined || effect.peer === peer),
    );
  }

  /** The neighbours answer the pings that they got since the last call. */
  answerPings(silent: ReadonlySet<NodeId> = new Set()): void {
    const pings = this.sent("ping").filter(({ peer, frame }) => !silent.has(peer) && !this.#answered.has(frame.id));
    for (const { peer, frame } of pings) {
      this.#answered.add(frame.id);
      this.tell(peer, { type: "pong" }, frame.id);
    }
  }

  readonly #answered = new Set<string>();
}

export function hopMessageOf({ frame }: Effect<"send">): HopMessage | null {
  return decodeHopBody(frame.type, frame.body);
}
