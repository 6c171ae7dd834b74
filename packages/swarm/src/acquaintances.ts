import type { NodeId } from "@starling/protocol";
import type { RateMeter } from "./rate-meter.ts";

/** What stays of a peer that left: it comes back as who it was, neither a newcomer nor without its debts. */
export interface Acquaintance {
  readonly down: RateMeter;
  readonly up: RateMeter;
  /** When it first joined. */
  readonly createdAt: number;
}

interface Remembered extends Acquaintance {
  readonly leftAt: number;
}

/** Peers that are remembered, and for how long (ms). */
const MAX_REMEMBERED = 256;
const REMEMBERED_MS = 30 * 60_000;

/** Peers that left a share, by node id; bounded, oldest forgotten first. */
export class Acquaintances {
  readonly #known = new Map<NodeId, Remembered>();

  remember(id: NodeId, { down, up, createdAt }: Acquaintance, now: number): void {
    this.#known.delete(id);
    for (const [oldest, { leftAt }] of this.#known) {
      if (this.#known.size < MAX_REMEMBERED && now - leftAt < REMEMBERED_MS) break;
      this.#known.delete(oldest);
    }
    this.#known.set(id, { down, up, createdAt, leftAt: now });
  }

  /** The peer is back; null for a stranger. */
  recall(id: NodeId, now: number): Acquaintance | null {
    const known = this.#known.get(id);
    this.#known.delete(id);
    return known === undefined || now - known.leftAt >= REMEMBERED_MS ? null : known;
  }
}
