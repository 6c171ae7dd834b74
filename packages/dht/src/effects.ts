import type { NodeId, OverlayFrame, OverlayKey, Root } from "@starling/protocol";
import type { Contact } from "./contact.ts";
import type { OperationId } from "./inputs.ts";

/** Why an operation came to nothing. */
export type DhtFailure =
  /** No link, or nobody answered within the operation's time. */
  | "unreachable"
  /** The value, name, topic or payload exceeds its limit. */
  | "too-large"
  /** No valid record under the key. */
  | "not-found"
  /** Fewer holders than W took the record; `detail` names how many did. */
  | "not-stored"
  /** Compare-and-swap: a newer version stands; its sequence number is in `detail`. */
  | "conflict"
  /** The publisher signed two values with one sequence number: neither is served. */
  | "equivocation"
  /** Nobody subscribes to the topic. */
  | "no-subscriber"
  /** Too many operations at once, or beyond the limits that holders set for us. */
  | "limited";

/** The highest sequence number that this node signed under a key. */
export interface SignedNumber {
  readonly key: OverlayKey;
  readonly seq: number;
}

/** A version of a named value, of one publisher. */
export interface FoundValue {
  readonly publisher: NodeId;
  readonly seq: number;
  readonly value: Uint8Array;
}

export type DhtResult =
  /** `holders`: replicas that acknowledged. */
  | { readonly type: "stored"; readonly holders: number; readonly seq: number; readonly key: Uint8Array }
  /** Newest first. */
  | { readonly type: "values"; readonly values: readonly FoundValue[] }
  | { readonly type: "value"; readonly value: Uint8Array; readonly seq: number }
  | { readonly type: "providers"; readonly peers: readonly NodeId[] }
  | { readonly type: "delivered"; readonly to: NodeId }
  | { readonly type: "subscribed" }
  | { readonly type: "unsubscribed" }
  | { readonly type: "published"; readonly subscribers: number }
  | { readonly type: "nearest"; readonly nodes: readonly NodeId[]; readonly hops: number; readonly queries: number };

export type DhtEffect =
  | { readonly type: "send"; readonly peer: NodeId; readonly frame: OverlayFrame }
  /** A link that the overlay wants; `optional` ones end first as the page uses up its peer connections. */
  | { readonly type: "want-link"; readonly peer: NodeId; readonly importance: "optional" | "needed" }
  | { readonly type: "release-link"; readonly peer: NodeId }
  /** The peer broke the protocol: end its link; with `ban`, refuse its id for ten minutes. */
  | { readonly type: "drop"; readonly peer: NodeId; readonly reason: string; readonly ban: boolean }
  | { readonly type: "sign"; readonly token: number; readonly payload: Uint8Array }
  | {
      readonly type: "verify";
      readonly token: number;
      readonly publicKey: Uint8Array;
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    }
  /** Ask the server for a few nodes: those nearest `near` (null: any). Answered by `server-peers`. */
  | { readonly type: "ask-server"; readonly near: NodeId | null }
  /** Whether the way to the server is needed now, so that a lost one is sought soon; else it stays idle, for newcomers' sake. */
  | { readonly type: "server-needed"; readonly needed: boolean }
  /** Keep these for the next visit, instead of those kept before. Not more often than every 10 s. */
  | { readonly type: "save-contacts"; readonly contacts: readonly Contact[] }
  /**
   * Keep these for the next visit, instead of those kept before: all at once, at most 1,024. The `sign` effects that
   * follow are to be performed only when they are kept, or a reload in between might sign one number twice.
   */
  | { readonly type: "save-numbers"; readonly numbers: readonly SignedNumber[] }
  /** A connection message that came through the overlay for this node. */
  | { readonly type: "carried"; readonly from: NodeId; readonly body: Uint8Array }
  /** A connection message found no way to its addressee within 10 s. */
  | { readonly type: "uncarried"; readonly to: NodeId }
  | { readonly type: "providers"; readonly op: OperationId; readonly root: Root; readonly peers: readonly NodeId[] }
  | { readonly type: "result"; readonly op: OperationId; readonly ok: true; readonly result: DhtResult }
  | {
      readonly type: "result";
      readonly op: OperationId;
      readonly ok: false;
      readonly failure: DhtFailure;
      readonly detail: string;
    }
  /** A message that somebody sent to this node, or to an id that this node is nearest to. `from` proved itself. */
  | { readonly type: "message"; readonly from: NodeId; readonly to: NodeId; readonly payload: Uint8Array }
  /** A message to a topic that this node subscribes to. `from` proved itself. */
  | { readonly type: "topic-message"; readonly from: NodeId; readonly topic: string; readonly payload: Uint8Array };
