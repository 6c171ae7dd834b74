import type { NodeId, OverlayKey } from "@starling/protocol";

/** A full node that a look-up reached, and the way there. */
export interface Reached {
  readonly id: NodeId;
  readonly publicKey: Uint8Array | null;
  /** The linked neighbour that the way begins at; the node itself when it is linked. */
  readonly first: NodeId;
  /** Link handles from there on: opaque to whoever asked for the look-up. */
  readonly path: readonly number[];
}

/** A record question or answer as encoded by protocol; routing carries it unread. */
export type RecordBody = Uint8Array;

/**
 * What records need of routing. Callbacks are called exactly once, at once or later, always within some call of the
 * machine's `handle`; effects are collected by the machine's context.
 */
export interface Routes {
  /** Full nodes nearest the key among links and self (if full): who should hold the key as far as known here. */
  nearest(key: OverlayKey, count: number): readonly NodeId[];
  /** The linked full siblings, for anti-entropy. */
  siblings(): readonly NodeId[];
  /** The sure path: the `count` (at most 16) full nodes nearest the key, nearest first, self included if it belongs there. */
  lookup(key: OverlayKey, count: number, done: (nodes: readonly Reached[]) => void): void;
  /** Asks one node along its path; null after 1.5 s without an answer. */
  ask(node: Reached, key: OverlayKey, body: RecordBody, done: (answer: RecordBody | null) => void): void;
  /**
   * The fast path: the node nearest the key that greedy routing finds answers; null if nobody did.
   * @param exact the key is the id of the one node that may answer, a leaf perhaps.
   */
  askNearest(key: OverlayKey, body: RecordBody, done: (answer: RecordBody | null) => void, exact?: boolean): void;
  /** One hop, to a linked sibling: anti-entropy. No answer is awaited. */
  tell(sibling: NodeId, body: RecordBody): void;
}
