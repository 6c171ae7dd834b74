import { type NodeId, providerTag, type Root } from "@starling/protocol";
import type { Network } from "./network.ts";
import type { SwarmHost } from "./swarm-host.ts";

/** How long link hints have before the server's peers are tried too: strangers cost a connection each. */
const HINTS_FIRST_MS = 1200;

/**
 * Finds who may have a share: link hints at once, then the server's peers (those nearest the share's tag and some at random).
 * The overlay will answer the same question.
 */
export class Providers {
  readonly #network: () => Network;
  readonly #swarm: () => SwarmHost;
  /** Shares that wait for the server's next answer. */
  readonly #asking = new Set<Root>();

  constructor(network: () => Network, swarm: () => SwarmHost) {
    this.#network = network;
    this.#swarm = swarm;
  }

  find(root: Root, hints: readonly NodeId[]): void {
    this.#swarm().providers(root, hints);
    if (hints.length === 0) return this.#askServer(root);
    setTimeout(() => this.#askServer(root), HINTS_FIRST_MS);
  }

  /** The server named these. */
  named(ids: readonly NodeId[]): void {
    for (const root of this.#asking) this.#swarm().providers(root, ids);
    this.#asking.clear();
  }

  /** Not while linked peers have every piece between them: linked ones may all miss the same. */
  #askServer(root: Root): void {
    const view = this.#swarm().view(root);
    if (!view || view.copies >= 1) return;
    this.#asking.add(root);
    this.#network().requestPeers(providerTag(root));
  }
}
