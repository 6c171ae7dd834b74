import type { NodeId, NodeMode, NodeVisibility } from "@starling/protocol";
import type { RelayAllowance } from "./relay-limits.ts";

/** What a node knows of a neighbour. */
export interface Link {
  readonly id: NodeId;
  readonly publicKey: Uint8Array;
  /** The bucket it falls into: bits that its id shares with ours. */
  readonly prefix: number;
  /** Our number of this link in source routes. */
  readonly handle: number;
  /** Whether we dialled it. */
  readonly dialled: boolean;
  readonly since: number;
  /** Null until its `state` came. */
  mode: NodeMode | null;
  visibility: NodeVisibility;
  /** When it said that it froze. */
  frozenAt: number;
  /** Whether we asked for the link, and how badly. */
  wanted: "optional" | "needed" | null;
  /** One side has no place for an overlay link: it stands for other reasons, or until it is closed. */
  refused: boolean;
  lastHeard: number;
  /** Smoothed round trip (RFC 6298: a gain of 1/8); null before the first sample. */
  roundTrip: number | null;
  ping: { readonly id: string; readonly sentAt: number } | null;
  misses: number;
  /** Whether this sibling was asked for its view of our neighbourhood. */
  exchanged: boolean;
  bytesIn: number;
  bytesOut: number;
  badSignatures: number;
  /** Allowances of those whose frames come over this link. */
  readonly sources: Map<NodeId, RelayAllowance>;
}

/** Whether look-ups, records and routes may count on the neighbour. */
export function isFull(link: Link): boolean {
  return link.mode === "full" && link.visibility !== "frozen";
}

/** A link that counts among those of the overlay: not one that only transfers of ours asked for. */
export function isOverlay(link: Link): boolean {
  return !link.refused && (link.wanted !== null || !link.dialled);
}

export function sampleRoundTrip(link: Link, sample: number): void {
  link.roundTrip = link.roundTrip === null ? sample : link.roundTrip + (sample - link.roundTrip) / 8;
}
