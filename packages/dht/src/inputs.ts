import type { NodeId, OverlayFrame, Root } from "@starling/protocol";
import type { Contact } from "./contact.ts";
import type { SignedNumber } from "./effects.ts";

/** Names one operation of this node's user; its `result` effect carries the same number. Never reused. */
export type OperationId = number;

/** How the page is: a hidden one's timers run at most once a second, a frozen one handles nothing until it resumes. */
export type Visibility = "visible" | "hidden" | "frozen";

export type DhtInput =
  /** What was known at the last visit. At most {@link MAX_CONTACTS}; before anything else, if at all. */
  | { readonly type: "contacts"; readonly contacts: readonly Contact[] }
  /** The last `save-numbers` of earlier visits of this identity; before anything else, if at all. */
  | { readonly type: "numbers"; readonly numbers: readonly SignedNumber[] }
  /** The server named these nodes (at its welcome, or as the answer to `ask-server`). */
  | { readonly type: "server-peers"; readonly peers: readonly NodeId[] }
  /** Whether the server can be asked. */
  | { readonly type: "server"; readonly open: boolean }
  /** Wall-clock time of this machine and, if it was heard, of the server: ms since the epoch at `now`. */
  | { readonly type: "clock"; readonly wallMs: number; readonly serverMs: number | null }
  | { readonly type: "link-up"; readonly peer: NodeId; readonly publicKey: Uint8Array; readonly dialled: boolean }
  | { readonly type: "link-down"; readonly peer: NodeId }
  /** A wanted link could not be made; `alternates` are peers that the refusing one named. */
  | { readonly type: "dial-failed"; readonly peer: NodeId; readonly alternates: readonly NodeId[] }
  /** An overlay frame, its header decoded; its body is read only where it is meant for this node. */
  | { readonly type: "frame"; readonly peer: NodeId; readonly frame: OverlayFrame }
  /** A connection message that the connect machine wants carried to a peer. */
  | { readonly type: "carry"; readonly to: NodeId; readonly body: Uint8Array }
  /** Results of `sign` and `verify` effects, by their token. */
  | { readonly type: "signed"; readonly token: number; readonly signature: Uint8Array }
  | { readonly type: "verified"; readonly token: number; readonly ok: boolean }
  /** RTCPeerConnections that this page has made so far. */
  | { readonly type: "created"; readonly count: number }
  | { readonly type: "visibility"; readonly visibility: Visibility }
  /** The page is going away: say goodbye to the neighbours. */
  | { readonly type: "leave" }
  | { readonly type: "tick" }
  | DhtCommand;

/** What a user asks for. Each ends in exactly one `result`, subscribe included. Byte limits: see protocol's limits.ts. */
export type DhtCommand =
  /** Value records: one per publisher under a name. */
  | { readonly type: "put"; readonly op: OperationId; readonly name: string; readonly value: Uint8Array }
  | { readonly type: "get"; readonly op: OperationId; readonly name: string }
  | { readonly type: "remove"; readonly op: OperationId; readonly name: string }
  | { readonly type: "put-immutable"; readonly op: OperationId; readonly value: Uint8Array }
  | { readonly type: "get-immutable"; readonly op: OperationId; readonly key: Uint8Array }
  /** `expected`: the sequence number that the caller last saw (compare-and-swap), null for "none was there". */
  | {
      readonly type: "put-mutable";
      readonly op: OperationId;
      readonly salt: Uint8Array;
      readonly value: Uint8Array;
      readonly expected: number | null;
    }
  | {
      readonly type: "get-mutable";
      readonly op: OperationId;
      readonly publicKey: Uint8Array;
      readonly salt: Uint8Array;
    }
  | { readonly type: "provide"; readonly op: OperationId; readonly root: Root }
  | { readonly type: "unprovide"; readonly op: OperationId; readonly root: Root }
  /** Providers come as `providers` effects while the search runs; the `result` ends it. */
  | { readonly type: "find-providers"; readonly op: OperationId; readonly root: Root }
  /** To the full node nearest the id (the node of that id itself if it is there). */
  | { readonly type: "send"; readonly op: OperationId; readonly to: NodeId; readonly payload: Uint8Array }
  | { readonly type: "subscribe"; readonly op: OperationId; readonly topic: string }
  | { readonly type: "unsubscribe"; readonly op: OperationId; readonly topic: string }
  | { readonly type: "publish"; readonly op: OperationId; readonly topic: string; readonly payload: Uint8Array }
  /** To one subscriber of the topic. */
  | { readonly type: "anycast"; readonly op: OperationId; readonly topic: string; readonly payload: Uint8Array }
  /** A look-up as such, for the Network page and tests: the nearest full nodes to a key by the sure path. */
  | { readonly type: "lookup"; readonly op: OperationId; readonly key: Uint8Array };
