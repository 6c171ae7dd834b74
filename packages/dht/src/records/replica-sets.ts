import type { NodeId, OverlayKey } from "@starling/protocol";
import { NEAR_NODES, REPLICAS } from "./limits.ts";
import type { Routes } from "./routes.ts";

const MAX_SETS = 65_536;

/** Who should hold a key, as far as this node knows; remembered until the neighbourhood changes. */
export class ReplicaSets {
  readonly #self: NodeId;
  readonly #routes: Routes;
  readonly #sets = new Map<OverlayKey, readonly NodeId[]>();

  constructor(self: NodeId, routes: Routes) {
    this.#self = self;
    this.#routes = routes;
  }

  /** The R nearest, nearest first, this node included if it belongs there. */
  of(key: OverlayKey): readonly NodeId[] {
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    // Keys that strangers name must not fill the memory.
    if (this.#sets.size >= MAX_SETS) this.#sets.clear();
    const nodes = this.#routes.nearest(key, REPLICAS);
    this.#sets.set(key, nodes);
    return nodes;
  }

  isMine(key: OverlayKey): boolean {
    return this.of(key).includes(this.#self);
  }

  /** Whether this node is near enough to take the key. */
  isNear(key: OverlayKey): boolean {
    return this.#routes.nearest(key, NEAR_NODES).includes(this.#self);
  }

  forget(): void {
    this.#sets.clear();
  }
}
