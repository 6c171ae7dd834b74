import type { NodeId } from "./ids.ts";
import type { OverlayKey } from "./overlay-frames.ts";

/** Frame types of the overlay: {@link OverlayFrame.type}. */
export const OVERLAY = {
  /** Is the neighbour alive? Answered by `pong` with the same id. */
  ping: 1,
  pong: 2,
  /** What the sender is; first on every link, and when it changes. */
  state: 3,
  leave: 4,
  /** No place for an overlay link; other nodes to try. */
  refuse: 5,
  /** Asks a neighbour for the full nodes that it knows nearest the header's target; answered by `siblings-answer`. */
  siblings: 6,
  /** One hop of a `route` or `reply`: the neighbour has the frame of this id. */
  ack: 7,
  /** A request that each hop passes to a neighbour nearer the target. */
  route: 8,
  /** The answer to a `route`, back along the hops, each of which remembers whence the id came. */
  reply: 9,
  /** A request along the path that it names. */
  "source-route": 10,
  /** Its answer, along the path that the request collected. */
  "source-reply": 11,
  /** Anti-entropy with a sibling; the body is a `SyncMessage` (record-questions.ts). */
  sync: 12,
  "siblings-answer": 13,
} as const;
export type OverlayType = keyof typeof OVERLAY;

/** Bits of {@link OverlayFrame.flags}; others are zero when sent and ignored when received. */
export const OVERLAY_FLAG = {
  /** The target is one certain node: who is nearest and is not it answers `failed`, reason `not-here`. */
  exact: 1,
} as const;

/** A full node takes part in routing and holds records; a leaf only asks. */
export type NodeMode = "full" | "leaf";

/** How a node's page is. A frozen one says so, if it can, just before it freezes. */
export type NodeVisibility = "visible" | "hidden" | "frozen";

/** A node, and the Ed25519 key that hashes to its id: the receiver checks that before it relies on either. */
export interface KnownNode {
  readonly id: NodeId;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A neighbour of the node that answers, and that node's number (u16) of the link to it. */
export interface LinkedNode extends KnownNode {
  readonly handle: number;
}

/** Bodies of frames that go one hop. */
export type HopMessage =
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  /** `links`: overlay links that the sender has. `time`: its wall clock, ms since 1970; 0 if it knows none. */
  | {
      readonly type: "state";
      readonly mode: NodeMode;
      readonly visibility: NodeVisibility;
      readonly links: number;
      readonly time: number;
    }
  | { readonly type: "leave" }
  /** `alternates`: at most 3, of the bucket that the refused node fell into. */
  | { readonly type: "refuse"; readonly reason: string; readonly alternates: readonly NodeId[] }
  | { readonly type: "siblings" }
  /** At most 16. */
  | { readonly type: "siblings-answer"; readonly nodes: readonly KnownNode[] }
  /** `taken` false: this node has seen the frame before, or has nobody to pass it to; try another. */
  | { readonly type: "ack"; readonly taken: boolean };

/** What a `route` or `source-route` asks of the node that it reaches. */
export type OverlayRequest =
  /** The linked full nodes nearest the header's target, of this node: answered by `nodes`. */
  | { readonly kind: "find-node" }
  /** A record question (record-questions.ts), unread by routing: answered by `record-answer`. */
  | { readonly kind: "record"; readonly body: Uint8Array }
  /** A connection message (connect-messages.ts) for exactly the target: answered by `carried`. */
  | { readonly kind: "carry"; readonly body: Uint8Array }
  /** A user's message: answered by `delivered`. */
  | { readonly kind: "message"; readonly message: SignedMessage };

export type OverlayAnswer =
  /** `self`: the node that answers, and whether it is a full one. At most 8 nodes. */
  | { readonly kind: "nodes"; readonly self: KnownNode; readonly full: boolean; readonly nodes: readonly LinkedNode[] }
  | { readonly kind: "record-answer"; readonly from: NodeId; readonly body: Uint8Array }
  | { readonly kind: "carried" }
  /** `to`: who took the message. */
  | { readonly kind: "delivered"; readonly to: NodeId }
  | { readonly kind: "failed"; readonly reason: RouteFailure };

/** Why a request got no further. */
export type RouteFailure =
  /** Nobody nearer takes it, or the ttl ran out. */
  | "stuck"
  /** The target of an `exact` request is not linked to the node nearest it. */
  | "not-here"
  /** A source route names a link that is gone. */
  | "broken-path"
  /** Beyond the limits of a node on the way. */
  | "limited"
  /** A kind that the node does not know, or does not serve as a leaf. */
  | "unwilling";

/**
 * A message of one user to the node nearest an id, or to the subscribers of a topic. Signed by its sender over
 * {@link messagePayload}, so that one signature serves all subscribers of a topic.
 */
export interface SignedMessage {
  readonly scope: "node" | "topic";
  /** The node id, or the topic's key. */
  readonly to: OverlayKey;
  /** Of the sender: Ed25519, 32 bytes. The sender's node id follows from it. */
  readonly publicKey: Uint8Array;
  /** 8 random bytes as hex: tells a repeat. */
  readonly id: string;
  /** Sender's wall clock when it was sent, ms since 1970: a receiver refuses what is older than it remembers ids. */
  readonly time: number;
  /** At most {@link MAX_MESSAGE_BYTES}. */
  readonly payload: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A `route` body: where the request has been, and the request. */
export interface RouteBody {
  /** First 4 bytes, as hex, of the ids of the nodes that it passed, the source first; at most 16. Its length counts the hops. */
  readonly visited: readonly string[];
  readonly request: OverlayRequest;
}

/** A `reply` body. */
export interface ReplyBody {
  /** Hops that the request made until it was answered. */
  readonly hops: number;
  readonly answer: OverlayAnswer;
}

/**
 * The path of a `source-route`; overlay-paths.ts reads and advances it in the body, so that a relay decodes no CBOR. The
 * source sends the frame to its first neighbour; that one leaves by `forward[0]`, the next by `forward[1]`, and each
 * enters in `back`, at the same index, its own handle of the link that the frame came by.
 */
export interface SourcePath {
  /** Handles used so far; once it is `forward.length`, the frame is where it is meant for. */
  readonly at: number;
  /** At most 12 handles, u16 each. */
  readonly forward: readonly number[];
  /** As many as `forward`; from `at` on still zero. A `source-reply` travels `back`, the last handle first. */
  readonly back: readonly number[];
}

export interface SourceRouteBody {
  readonly path: SourcePath;
  readonly request: OverlayRequest;
}

export interface SourceReplyBody {
  /** Handles to leave by, the next one first; each relay takes one off. Empty: the frame is where it is meant for. */
  readonly path: readonly number[];
  readonly answer: OverlayAnswer;
}
