import type { NodeId, OverlayKey } from "@starling/protocol";
import type { Visibility } from "./inputs.ts";

/** A link as the Network page shows it. Times in ms, bytes of overlay frames, headers included. */
export interface LinkView {
  readonly id: NodeId;
  /** Bits that its id shares with ours: its bucket. */
  readonly prefix: number;
  /** Null until it said so. */
  readonly mode: "leaf" | "full" | null;
  readonly visibility: Visibility;
  readonly roundTrip: number | null;
  /** On the machine's clock. */
  readonly since: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dialled: boolean;
  /** Whether this node wants it for the overlay. */
  readonly wanted: boolean;
  readonly sibling: boolean;
  /** Never given up for another. */
  readonly protected: boolean;
}

export interface BucketView {
  readonly prefix: number;
  readonly members: readonly NodeId[];
}

export interface LookupView {
  readonly key: OverlayKey;
  readonly queries: number;
  /** Nodes asked so far, each with the length of the way to it. */
  readonly asked: readonly { readonly id: NodeId; readonly hops: number; readonly answered: boolean }[];
}

/** The node as it is now; plain data, made on demand, never kept. */
export interface DhtView {
  readonly id: NodeId;
  readonly mode: "leaf" | "full";
  /** Whether somebody answered its look-up of itself. */
  readonly joined: boolean;
  /** From the farthest. Full nodes only. */
  readonly buckets: readonly BucketView[];
  /** Nearest first. */
  readonly siblings: readonly NodeId[];
  readonly links: readonly LinkView[];
  /** Contacts: nodes that are or were known. */
  readonly known: number;
  /** Dials under way. */
  readonly dialling: readonly NodeId[];
  readonly created: number;
  /** Records held for others and itself. */
  readonly records: number;
  /** Full nodes in the network as this one judges it. */
  readonly estimate: number;
  readonly lookups: readonly LookupView[];
}
