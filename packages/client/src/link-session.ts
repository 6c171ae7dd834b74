import type { SessionId } from "@starling/connect";
import { FRAME, frameKind, type NodeId } from "@starling/protocol";
import type { Association, LinkStats } from "@starling/transport";

/** Frames that arrive between a peer's hello and our verification of it wait here, at most this many bytes. */
const EARLY_BYTES = 1024 * 1024;

/** Round trips change slowly, and asking the browser for them is dear. */
const STATS_EVERY_MS = 3000;

/** A link whose peer's hello is awaited. */
export interface OpeningLink {
  readonly peer: NodeId;
  readonly localNonce: Uint8Array;
  readonly remoteNonce: Uint8Array;
}

/** A link that came up. */
export interface UpLink extends OpeningLink {
  readonly publicKey: Uint8Array;
  readonly dialled: boolean;
}

/** What a session does with the frames that it reads. */
export interface SessionEvents {
  /** A hello, without its kind: nothing else is read first, and a second one is the connect machine's to refuse. */
  hello(body: Uint8Array): void;
  /** A frame of any other kind, once the peer is known. */
  frame(peer: NodeId, frame: Uint8Array): void;
}

/** One association of the connect machine: nothing it brings is handed on before its peer is known. */
export class LinkSession {
  readonly id: SessionId;
  readonly association: Association;
  readonly #events: SessionEvents;
  #peer: NodeId | null = null;
  #greeted = false;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #stats: LinkStats | null = null;
  #checks: number | null = null;
  #statsAt = Number.NEGATIVE_INFINITY;

  constructor(id: SessionId, association: Association, events: SessionEvents) {
    this.id = id;
    this.association = association;
    this.#events = events;
  }

  /** Null until the machine checked the peer's hello. */
  get peer(): NodeId | null {
    return this.#peer;
  }

  /** The last round trip and way measured; asking refreshes it for next time. */
  get knownStats(): LinkStats | null {
    if (performance.now() - this.#statsAt > STATS_EVERY_MS) void this.#measure();
    return this.#stats;
  }

  /** Of packets, as it is now; null if the browser measured nothing since this was asked before. */
  async newRoundTripMs(): Promise<number | null> {
    const { roundTripMs, checks } = await this.#measure();
    if (checks !== null && checks === this.#checks) return null;
    this.#checks = checks;
    return roundTripMs;
  }

  async #measure(): Promise<LinkStats> {
    this.#statsAt = performance.now();
    this.#stats = await this.association.stats();
    return this.#stats;
  }

  sendHello(body: Uint8Array): void {
    const frame = new Uint8Array(1 + body.length);
    frame[0] = FRAME.hello;
    frame.set(body, 1);
    this.association.send(frame, "control");
  }

  read(frame: Uint8Array): void {
    if (!this.#greeted || frameKind(frame) === FRAME.hello) return this.#greet(frame);
    if (this.#peer !== null) return this.#events.frame(this.#peer, frame);
    this.#earlyBytes += frame.length;
    if (this.#earlyBytes > EARLY_BYTES) return this.association.close("too much before hello was checked");
    this.#early.push(frame);
  }

  /** The peer is known: what it sent meanwhile is handed on after `announce`. */
  linkUp(peer: NodeId, announce: () => void): void {
    this.#peer = peer;
    announce();
    const early = this.#early;
    this.#early = [];
    for (const frame of early) this.#events.frame(peer, frame);
  }

  #greet(frame: Uint8Array): void {
    if (frameKind(frame) !== FRAME.hello) return this.association.close("the first frame was no hello");
    this.#greeted = true;
    this.#events.hello(frame.subarray(1));
  }
}
