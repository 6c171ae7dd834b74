import type { NodeId } from "./ids.ts";

/** A 256-bit point of the overlay's id space as 64 lower-case hex digits: a node id, or the key of records. */
export type OverlayKey = string & { readonly kind?: "node" | "overlay" };

/**
 * Frame kind 1: what overlay nodes send each other. Relays read the header only. On the wire, after the kind byte:
 * type u8, flags u8, ttl u8, message id 8, target 32, source 32, then the body (CBOR).
 */
export interface OverlayFrame {
  /** See OVERLAY in overlay-messages.ts; unknown types are dropped, or forwarded when meant for others. */
  readonly type: number;
  readonly flags: number;
  /** Hops that the frame may still make. */
  readonly ttl: number;
  /** 8 random bytes as hex: matches answers and acks to requests, and tells a repeat. */
  readonly id: string;
  /** The key or node that the message is for. */
  readonly target: OverlayKey;
  /** Who asked. Not proved by the header: whatever must be proved is signed in the body. */
  readonly source: NodeId;
  readonly body: Uint8Array;
}
