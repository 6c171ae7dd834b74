import type { NodeId } from "@starling/protocol";

/** A way by which connection messages reach a peer. */
export type Way = "overlay" | "server";

/** Without an answer over the overlay for so long, a message goes by the server too: two ways of the overlay were tried. */
const SERVER_AFTER_MS = 2_500;
/** A peer that was heard over the server lately is answered there: it may have no link yet. */
const WAY_LIFE_MS = 30_000;

export interface CarrierOptions {
  /** Whether the overlay can carry anything: some link stands. */
  readonly overlayReady: () => boolean;
  readonly overlay: (to: NodeId, body: Uint8Array) => void;
  /** False when the server is out of reach. */
  readonly server: (to: NodeId, body: Uint8Array) => boolean;
  /** Whether the peer is worth a message to the server: a transfer wants it. */
  readonly matters: (to: NodeId) => boolean;
  /** The peer cannot be reached now. */
  readonly gone: (to: NodeId) => void;
}

/**
 * Chooses the way of connection messages: the overlay, once there is a link; the server for a page without one, and for
 * answering whoever used it.
 */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #heard = new Map<NodeId, { readonly way: Way; readonly at: number }>();
  /** Peers that were also tried by the server, until it answers. */
  readonly #trying = new Set<NodeId>();

  constructor(options: CarrierOptions) {
    this.#options = options;
  }

  send(to: NodeId, body: Uint8Array): void {
    const { overlayReady, overlay, matters } = this.#options;
    if (!overlayReady() || this.#answersByServer(to)) return this.#byServer(to, body);
    const sentAt = performance.now();
    overlay(to, body);
    const unheard = () => (this.#heard.get(to)?.at ?? Number.NEGATIVE_INFINITY) < sentAt;
    setTimeout(() => {
      if (!unheard() || !matters(to)) return;
      this.#trying.add(to);
      this.#byServer(to, body);
    }, SERVER_AFTER_MS);
  }

  /** A message of this peer came this way. */
  heard(from: NodeId, way: Way): void {
    this.#trying.delete(from);
    this.#heard.delete(from);
    this.#heard.set(from, { way, at: performance.now() });
    for (const [oldest, { at }] of this.#heard) {
      if (performance.now() - at < WAY_LIFE_MS) break;
      this.#heard.delete(oldest);
    }
  }

  /** The overlay found no way; the server may, if it was asked too. */
  uncarried(to: NodeId): void {
    if (!this.#trying.has(to)) this.#options.gone(to);
  }

  /** The server does not know the peer. */
  unknownToServer(to: NodeId): void {
    this.#trying.delete(to);
    this.#options.gone(to);
  }

  #answersByServer(to: NodeId): boolean {
    const heard = this.#heard.get(to);
    return heard?.way === "server" && performance.now() - heard.at < WAY_LIFE_MS;
  }

  #byServer(to: NodeId, body: Uint8Array): void {
    if (!this.#options.server(to, body)) this.unknownToServer(to);
  }
}
