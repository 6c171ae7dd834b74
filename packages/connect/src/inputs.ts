import type { NodeId } from "@starling/protocol";

/** Names one connection attempt, and its association, on this side. Random, 16 bytes as hex; carried in every message. */
export type SessionId = string;

export interface Description {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/**
 * What a link is wanted for. As the page uses up its peer connections (see limits.ts), `optional` dials end first, then
 * `needed` ones; those for the user's own `transfer`s go on.
 */
export type Importance = "optional" | "needed" | "transfer";

export type ConnectInput =
  /**
   * Somebody wants a link to this peer: dialled, and dialled again with back-off, until `unwant`. The newest
   * importance counts; without one it is `transfer`.
   */
  | { readonly type: "want"; readonly peer: NodeId; readonly importance?: Importance }
  | { readonly type: "unwant"; readonly peer: NodeId }
  /** No link with this peer until `untilMs`, on the machine's clock (bad bytes, protocol breach); ends its link. */
  | { readonly type: "ban"; readonly peer: NodeId; readonly reason: string; readonly untilMs: number }
  /** Ends the link now; it may be dialled again if wanted. */
  | { readonly type: "disconnect"; readonly peer: NodeId; readonly reason: string }
  /** A connection message as its carrier (server or overlay) delivered it. */
  | { readonly type: "message"; readonly from: NodeId; readonly body: Uint8Array }
  /** The carrier could not reach the addressee. */
  | { readonly type: "gone"; readonly to: NodeId }
  /** The carrier names peers that it can reach now: one that we took for away is dialled at once. */
  | { readonly type: "seen"; readonly peers: readonly NodeId[] }
  /** Whether anything carries our messages now. Wanted peers are dialled at once when it opens. */
  | { readonly type: "carrier"; readonly open: boolean }
  /** Results of `sign` and `verify` effects, by their token. */
  | { readonly type: "signed"; readonly token: number; readonly signature: Uint8Array }
  | { readonly type: "verified"; readonly token: number; readonly ok: boolean }
  /** What the association of a session reports. */
  | { readonly type: "described"; readonly session: SessionId; readonly description: Description }
  | { readonly type: "gathered"; readonly session: SessionId; readonly candidate: Candidate }
  | { readonly type: "opened"; readonly session: SessionId }
  /** The first frame of the channel: the hello's body without its kind byte. */
  | { readonly type: "hello"; readonly session: SessionId; readonly body: Uint8Array }
  | { readonly type: "closed"; readonly session: SessionId; readonly reason: string }
  | { readonly type: "tick" };
