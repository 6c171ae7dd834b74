import type { NodeId } from "@starling/protocol";

const MAX_LEARNED = 512;

/**
 * By which neighbour a node's last connection message came. A node that is joining has only its first links, none of
 * them near its id: the answer finds it by the way its question came, as a learning bridge finds a station (IEEE 802.1D).
 * The source is not proved, so what is learned is only tried first.
 */
export class LearnedWays {
  /** The longest unheard first. */
  readonly #ways = new Map<NodeId, NodeId>();

  learn(source: NodeId, by: NodeId): void {
    this.#ways.delete(source);
    this.#ways.set(source, by);
    if (this.#ways.size <= MAX_LEARNED) return;
    const [oldest] = this.#ways;
    if (oldest !== undefined) this.#ways.delete(oldest[0]);
  }

  by(node: NodeId): NodeId | null {
    return this.#ways.get(node) ?? null;
  }
}
