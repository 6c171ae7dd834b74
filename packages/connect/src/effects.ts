import type { NodeId } from "@starling/protocol";
import type { Candidate, Description, SessionId } from "./inputs.ts";

/** Why a peer is not linked. */
export type DownReason =
  | "unwanted"
  | "replaced"
  | "remote-closed"
  | "refused"
  | "unreachable"
  | "timeout"
  | "ice-failed"
  | "bad-signature"
  | "bad-hello"
  | "banned"
  | "limit"
  | "protocol";

export type ConnectEffect =
  /** Hand a connection message to the carrier. */
  | { readonly type: "send"; readonly to: NodeId; readonly body: Uint8Array }
  /** Sign with this node's Ed25519 key; answer with `signed`. */
  | { readonly type: "sign"; readonly token: number; readonly payload: Uint8Array }
  /** Verify; answer with `verified`. */
  | {
      readonly type: "verify";
      readonly token: number;
      readonly publicKey: Uint8Array;
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    }
  /** Make the RTCPeerConnection; only after `accept`. */
  | { readonly type: "create"; readonly session: SessionId; readonly initiator: boolean }
  | { readonly type: "describe"; readonly session: SessionId; readonly description: Description }
  | { readonly type: "add-candidate"; readonly session: SessionId; readonly candidate: Candidate }
  /** Send the hello (its body without the kind byte) as the first frame. */
  | { readonly type: "send-hello"; readonly session: SessionId; readonly body: Uint8Array }
  /**
   * Our hello went out and the peer's is awaited: frames may follow ours, none is read yet. That it is the peer's channel is
   * known from the signed descriptions. `link-up` with the same nonces, or the association's end, comes next.
   */
  | {
      readonly type: "link-opening";
      readonly peer: NodeId;
      readonly session: SessionId;
      readonly localNonce: Uint8Array;
      readonly remoteNonce: Uint8Array;
    }
  | { readonly type: "close"; readonly session: SessionId; readonly reason: string }
  /** The peer proved itself in the channel: its session now carries frames. An older session of the peer is closed first. */
  | {
      readonly type: "link-up";
      readonly peer: NodeId;
      readonly session: SessionId;
      /** Ed25519, 32 bytes. */
      readonly publicKey: Uint8Array;
      /** Whether this side dialled. */
      readonly dialled: boolean;
      /** The nonces of intent and accept, 32 bytes each: they bind swarm joins to this link. */
      readonly localNonce: Uint8Array;
      readonly remoteNonce: Uint8Array;
    }
  | {
      readonly type: "link-down";
      readonly peer: NodeId;
      readonly session: SessionId;
      readonly reason: DownReason;
      readonly detail: string;
    }
  /**
   * An attempt ended without a link; the next, if the peer is still wanted, is at `retryAt` (ms), else null. With
   * `refused`, `detail` is the peer's word for why, and `alternates` are peers it named to try instead.
   */
  | {
      readonly type: "attempt-failed";
      readonly peer: NodeId;
      readonly reason: DownReason;
      readonly retryAt: number | null;
      readonly detail: string;
      readonly alternates: readonly NodeId[];
    };
