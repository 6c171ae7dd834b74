import type { NodeId, OverlayRecord, RandomBytes } from "@starling/protocol";
import type { DhtEffect } from "../effects.ts";
import { CLOCK_DRIFT, MAX_BAD_SIGNATURES, RULES } from "./limits.ts";
import { MedianClock } from "./median-clock.ts";
import type { RecordsPolicy } from "./policy.ts";
import { RecordStore } from "./record-store.ts";
import type { Routes } from "./routes.ts";

/** What the machine gives to its records. Callbacks are called exactly once, at once or later. */
export interface RecordsHost {
  readonly self: NodeId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly random: RandomBytes;
  readonly routes: Routes;
  /** Time of the call that the machine is handling: monotonic ms. */
  now(): number;
  emit(effect: DhtEffect): void;
  /** Signs with the node's own key: the whole of what an Ed25519 signature is to cover. */
  sign(payload: Uint8Array, done: (signature: Uint8Array) => void): void;
  verify(publicKey: Uint8Array, payload: Uint8Array, signature: Uint8Array, done: (ok: boolean) => void): void;
  /** Whether there is a link to the node, so that it is known to be alive. */
  linked(node: NodeId): boolean;
}

/** What the parts of the records share. */
export class RecordsContext {
  readonly host: RecordsHost;
  readonly self: NodeId;
  readonly routes: Routes;
  readonly policy: RecordsPolicy;
  readonly clock = new MedianClock();
  readonly store: RecordStore;
  readonly #badSignatures = new Map<NodeId, number>();

  constructor(host: RecordsHost, policy: RecordsPolicy) {
    this.host = host;
    this.self = host.self;
    this.routes = host.routes;
    this.policy = policy;
    this.store = new RecordStore(policy);
  }

  get now(): number {
    return this.host.now();
  }

  /** A whole number from 0 to `bound` - 1; `bound` at most 65,536. */
  below(bound: number): number {
    const [high = 0, low = 0] = this.host.random(2);
    return Math.floor(((high * 256 + low) * bound) / 65_536);
  }

  /** A copy in random order (Fisher and Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const [a, b] = [out[i], out[j]];
      if (a !== undefined && b !== undefined) [out[i], out[j]] = [b, a];
    }
    return out;
  }

  /**
   * Life that is left to a record which somebody stores now, in ms: what its time of signing leaves, or the whole of
   * its type's. Null: signed in the future, or too long ago.
   */
  lifeOf(record: OverlayRecord): number | null {
    const { life } = RULES[record.type];
    if (record.type !== "provider" && record.type !== "topic") return life;
    const age = this.clock.wall(this.now) - record.issued;
    if (age < -CLOCK_DRIFT || (this.policy.expiry && age >= life)) return null;
    return Math.min(life, Math.max(1, life - age));
  }

  /** A linked node itself sent something with a signature that does not hold. */
  badSignature(neighbour: NodeId): void {
    const count = (this.#badSignatures.get(neighbour) ?? 0) + 1;
    if (count < MAX_BAD_SIGNATURES) this.#badSignatures.set(neighbour, count);
    else this.breach(neighbour, "bad-signatures", true);
  }

  /** Ends the link to a node that broke the protocol. */
  breach(neighbour: NodeId, reason: string, ban: boolean): void {
    this.#badSignatures.delete(neighbour);
    this.host.emit({ type: "drop", peer: neighbour, reason, ban });
  }

  linkGone(neighbour: NodeId): void {
    this.#badSignatures.delete(neighbour);
    this.clock.forget(neighbour);
  }
}
