import { type NodeId, providerTag, type Root } from "@starling/protocol";
import type { Network } from "./network.ts";
import type { OverlayHost } from "./overlay-host.ts";
import type { SwarmHost } from "./swarm-host.ts";

/** How long link hints have before strangers are asked too: each costs a connection. */
const HINTS_FIRST_MS = 1200;
/** The server is asked beside the overlay when that knows nobody, and no oftener than this. */
const SERVER_EVERY_MS = 60_000;
/**
 * Between searches of the overlay for one share: doubles while they find nobody. A holder answers an identity 60 times a
 * minute, and a browser may wait for many shares.
 */
const SEARCH_MIN_MS = 4_000;
const SEARCH_MAX_MS = 60_000;

interface Wired {
  readonly network: Network;
  readonly swarm: SwarmHost;
  readonly overlay: OverlayHost;
}

/**
 * Finds who may have a share: link hints at once, then the overlay; the server's peers (those nearest the share's tag and
 * some at random) while there is no overlay, or when it knows nobody. And says in the overlay what is here.
 */
export class Providers {
  readonly #wired: () => Wired;
  /** Shares that wait for the server's next answer. */
  readonly #asking = new Set<Root>();
  /** Shares that a search of the overlay runs for. */
  readonly #searching = new Set<Root>();
  /** Shares that nobody provided when last asked: when to ask again, and how long that was put off. */
  readonly #patience = new Map<Root, { readonly until: number; readonly delay: number }>();
  readonly #provided = new Set<Root>();
  #serverAskedAt = Number.NEGATIVE_INFINITY;

  constructor(wired: () => Wired) {
    this.#wired = wired;
  }

  find(root: Root, hints: readonly NodeId[]): void {
    this.#wired().swarm.providers(root, hints);
    if (hints.length === 0) return void this.#search(root);
    setTimeout(() => void this.#search(root), HINTS_FIRST_MS);
  }

  /** The overlay found these, and may find more. */
  found(root: Root, peers: readonly NodeId[]): void {
    this.#wired().swarm.providers(root, peers);
  }

  /** The server named these. */
  named(ids: readonly NodeId[]): void {
    for (const root of this.#asking) this.#wired().swarm.providers(root, ids);
    this.#asking.clear();
  }

  /** Some of the share is here; the overlay's machine says so again in time. */
  provide(root: Root): void {
    if (this.#provided.has(root)) return;
    this.#provided.add(root);
    // It keeps trying by itself when too few took the record.
    void this.#wired()
      .overlay.run({ type: "provide", root })
      .catch(() => undefined);
  }

  unprovide(root: Root): void {
    if (!this.#provided.delete(root)) return;
    void this.#wired()
      .overlay.run({ type: "unprovide", root })
      .catch(() => undefined);
  }

  /** Not while linked peers have every piece between them: linked ones may all miss the same. */
  #isNeeded(root: Root): boolean {
    const view = this.#wired().swarm.view(root);
    return view !== null && view.copies < 1;
  }

  async #search(root: Root): Promise<void> {
    const { overlay } = this.#wired();
    if (!this.#isNeeded(root)) return;
    if (!overlay.ready) return this.#askServer(root);
    if (this.#searching.has(root) || performance.now() < (this.#patience.get(root)?.until ?? 0)) return;
    this.#searching.add(root);
    const result = await overlay.run({ type: "find-providers", root }).catch(() => null);
    this.#searching.delete(root);
    const nobody = result?.type !== "providers" || result.peers.length === 0;
    this.#putOff(root, nobody);
    const due = performance.now() - this.#serverAskedAt > SERVER_EVERY_MS;
    if (nobody && due && this.#isNeeded(root)) this.#askServer(root);
  }

  #putOff(root: Root, nobody: boolean): void {
    if (!nobody) return void this.#patience.delete(root);
    const last = this.#patience.get(root)?.delay ?? SEARCH_MIN_MS / 2;
    const delay = Math.min(SEARCH_MAX_MS, 2 * last);
    this.#patience.set(root, { until: performance.now() + delay, delay });
  }

  #askServer(root: Root): void {
    this.#asking.add(root);
    this.#serverAskedAt = performance.now();
    this.#wired().network.requestPeers(providerTag(root));
  }
}
