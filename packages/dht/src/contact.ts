import type { NodeId } from "@starling/protocol";

/** Contact cards that outlive links and pages (design: 200 kept in the store). */
export const MAX_CONTACTS = 200;

/** What is remembered of a node, so that it may be reached again without the server. */
export interface Contact {
  readonly id: NodeId;
  /** Ed25519; null while known by name only. */
  readonly publicKey: Uint8Array | null;
  /** Wall-clock ms since the epoch of the last link or answer; 0 if never. */
  readonly lastSeen: number;
  /** Who linked or named it: a node through which it may be reached, or null for the server. */
  readonly via: NodeId | null;
  /** Dials in a row that failed. */
  readonly failures: number;
}
